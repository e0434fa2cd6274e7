import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { HOSTILE_TEXT } from './sample-report.ts';
import { scratchFolder } from './scratch-folder.ts';

/** Fills a map with 100 more sessions before each snapshot, some things in it named to break a page. */
const PROGRAM = `
  const { writeHeapSnapshot } = require('node:v8');
  class Session {
    constructor(user) {
      this.user = user;
      this.notes = new Array(100).fill(user);
    }
  }
  const hostile = { ['${HOSTILE_TEXT}']: class {} };
  Object.defineProperty(hostile['${HOSTILE_TEXT}'], 'name', { value: '${HOSTILE_TEXT}' });
  globalThis.leaky = {
    sessions: new Map(),
    hostile: [new hostile['${HOSTILE_TEXT}'](), '${HOSTILE_TEXT}' + process.pid, 'half \\ud83d pair ' + process.pid],
    named: { ['${HOSTILE_TEXT}']: {}, ['\u202Ecod.exe\u202C']: {}, ['half \ud83d name']: {}, ['n'.repeat(1_000_000)]: {} },
    bus: new (require('node:events'))(),
    cache: new Map(),
    pieces: [],
    never: new Promise(() => {}),
    long: 'z'.repeat(999) + process.pid + 'y'.repeat(1_000_000),
  };
  const { runInThisContext } = require('node:vm');
  const strange = runInThisContext('(function() { return globalThis.strange })', { filename: '/tmp/${HOSTILE_TEXT}/\u202Ecod.js' });
  Object.defineProperty(strange, 'name', { value: '${HOSTILE_TEXT}' });
  leaky.bus.on('${HOSTILE_TEXT}', strange);
  leaky.bus.on('\u202Ecod.exe\u202C', strange);
  leaky.never.then(strange);
  setInterval(strange, 3_600_000).unref();
  for (let i = 0; i < 20; i++) leaky.cache.set('${HOSTILE_TEXT}' + i, [new hostile['${HOSTILE_TEXT}']()]);
  for (let i = 0; i < 20; i++) leaky.pieces.push(JSON.parse('"twenty ${'<b>'}times"'), Buffer.alloc(20_000, i));
  for (const file of process.argv.slice(1)) {
    for (let i = 0; i < 100; i++) leaky.sessions.set('id ' + leaky.sessions.size, new Session('visitor ' + i));
    writeHeapSnapshot(file);
  }
`;

/** Three real snapshots of one process, named as the agent names them. @returns their folder */
export function takeSampleSnapshots(): string {
  const folder = scratchFolder();
  const files = [1, 2, 3].map((sequence) => join(folder, `4242-0-${sequence}.heapsnapshot`));
  execFileSync(process.execPath, ['-e', PROGRAM, ...files], { stdio: 'ignore' });
  return folder;
}
