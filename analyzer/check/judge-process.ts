/** Run in a process of its own: judges snapshots. `judge-process.js ROOT FILE…`, the answer on stdout as JSON. */
import { analyzeSnapshots } from '../analyze.ts';
import { answerAsProcess } from './ask-process.ts';

void answerAsProcess(([root, ...files], texts) => analyzeSnapshots(files, { root, texts }));
