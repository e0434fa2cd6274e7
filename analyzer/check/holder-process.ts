/** Run in a process of its own: says what holds the subject of a snapshot. `holder-process.js ROOT FILE`. */
import { withCode } from '../detectors/with-code.ts';
import { waysTo } from '../detectors/facts.ts';
import { declarationOf, holderName } from '../detectors/holder-name.ts';
import { namePhrase } from '../detectors/words.ts';
import { explore } from '../explore/exploration.ts';
import type { Exploration, ExploreOptions } from '../explore/exploration.ts';
import { holdingTree } from '../explore/holding-tree.ts';
import { pathsTo } from '../explore/paths.ts';
import { instancesOf } from '../explore/select-nodes.ts';
import { LeakwatchError } from '../error.ts';
import { answerAsProcess } from './ask-process.ts';
import type { HeldBy } from './collectable-error.ts';
import { LeakwatchSubject } from './subject.ts';

void answerAsProcess(([root, file], texts) => heldBy(file, { root, texts }));

/** Null when nothing lasting holds it: only the stack, or the variables of the test that waits for the answer. */
async function heldBy(file: string, options: ExploreOptions): Promise<HeldBy | null> {
  const exploration = await explore(file, options);
  const own = subjectIn(exploration);
  const isCut = (from: number) => from === own.marker || from === own.awaited;
  const [path] = pathsTo(exploration, own.subject, { count: 1, ignored: isCut });
  if (path === undefined || path.accidental) return null;
  const { references, view, labels, scripts, locator } = exploration;
  const tree = holdingTree(references, isCut, own.subject);
  const ways = waysTo(own.subject, tree, view, labels);
  const known = withCode({ view, scripts, holder: own.subject, ...ways }, locator);
  const name = holderName(known);
  const { location } = locator.locate(declarationOf(name));
  return { what: path.object.className, holder: namePhrase(name), location, trace: path.trace };
}

function subjectIn(exploration: Exploration) {
  for (const marker of instancesOf(exploration, LeakwatchSubject.name)) {
    const subject = propertyOf(exploration, marker, 'subject');
    const awaited = propertyOf(exploration, marker, 'awaited');
    if (subject !== null && awaited !== null) return { marker, subject, awaited };
  }
  throw new LeakwatchError('NO_SUBJECT', 'The snapshot does not hold the object in question.');
}

function propertyOf({ graph }: Exploration, node: number, name: string): number | null {
  for (let edge = graph.firstEdge[node]; edge < graph.firstEdge[node + 1]; edge++) {
    const isProperty = graph.edgeTypeNames[graph.edgeType[edge]] === 'property';
    if (isProperty && graph.strings.get(graph.edgeName[edge]) === name) return graph.edgeTo[edge];
  }
  return null;
}
