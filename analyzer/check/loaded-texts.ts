import { Session } from 'node:inspector';
import type { Debugger } from 'node:inspector';
import { filePath } from '../source/packages.ts';
import type { ScriptText, ScriptTexts } from '../source/source-file.ts';

const MOST_CHARACTERS = 32 * 1024 * 1024; // of all scripts together
const TYPESCRIPT = /\.[cm]?tsx?$/;

/**
 * The scripts of this process that were compiled on their way into the engine, by a test runner or a loader, so that their
 * files hold something else. Not to be called between two snapshots: it gives the heap's objects new ids.
 */
export function loadedTexts(): ScriptTexts {
  const texts = new Map<string, ScriptText>();
  const session = new Session();
  session.connect();
  try {
    let left = MOST_CHARACTERS;
    for (const script of compiledScripts(session)) {
      const file = filePath(script.url);
      if (file === null) continue;
      const { scriptSource } = ask(session, script.scriptId);
      left -= scriptSource.length;
      if (left < 0) break;
      texts.set(file, { text: scriptSource, prefixLength: Math.max(0, -script.startColumn) });
    }
  } finally {
    session.disconnect();
  }
  return texts;
}

function compiledScripts(session: Session): readonly Debugger.ScriptParsedEventDataType[] {
  const scripts: Debugger.ScriptParsedEventDataType[] = [];
  session.on('Debugger.scriptParsed', ({ params }) => scripts.push(params));
  session.post('Debugger.enable'); // tells of all that are there, before it returns
  return scripts.filter(
    ({ url, sourceMapURL = '' }) => sourceMapURL.startsWith('data:') || TYPESCRIPT.test(url),
  );
}

function ask(session: Session, scriptId: string): Debugger.GetScriptSourceReturnType {
  let answer: Debugger.GetScriptSourceReturnType = { scriptSource: '' };
  session.post('Debugger.getScriptSource', { scriptId }, (_error, result) => (answer = result ?? answer));
  return answer;
}
