/** Asks @clinic/doctor for its opinion, where the user has installed it. */
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import type { Recording } from '../../agent/recording.ts';
import {
  clinicFolderName,
  opinionOf,
  toClinic,
  writeClinicFolder,
  type ClinicOpinion,
} from '../../analyzer/doctor/index.ts';
import type { FromClinic, ToClinic } from './clinic-process.ts';

// Its analysis takes the square of the samples: this many take it about a second.
const MAX_ROWS = 8000;

const TIME_LIMIT_MS = 60_000;

/** Where @clinic/doctor lies for a program in this folder; null when it is not installed. */
export function findClinic(folder: string): string | null {
  try {
    return dirname(createRequire(join(folder, 'any')).resolve('@clinic/doctor/package.json'));
  } catch {
    return null;
  }
}

/** Its opinion of a recording's last hour or less. Never rejects. */
export async function askClinic(packageFolder: string, recording: Recording): Promise<ClinicOpinion> {
  const parent = mkdtempSync(join(tmpdir(), 'leakwatch-clinic-'));
  try {
    const dataFolder = join(parent, clinicFolderName(String(recording.header.pid)));
    const data = toClinic(recording);
    writeClinicFolder(dataFolder, { ...data, processStats: data.processStats.slice(-MAX_ROWS) });
    return await answerOf({ packageFolder, dataFolder });
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  } finally {
    rmSync(parent, { recursive: true, force: true });
  }
}

/** Its opinion of a folder that it has written itself. Never rejects. */
export function answerOf(work: ToClinic): Promise<ClinicOpinion> {
  const child = fork(join(__dirname, 'clinic-process.js'), [], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  return new Promise<ClinicOpinion>((resolve) => {
    const timer = setTimeout(() => resolve({ failure: 'it takes longer than a minute' }), TIME_LIMIT_MS);
    child.once('message', (answer: FromClinic) => resolve(understood(answer)));
    child.once('error', ({ message }) => resolve({ failure: message }));
    child.once('exit', () => {
      clearTimeout(timer);
      resolve({ failure: 'its process ended without an answer' });
    });
    child.send(work);
  }).finally(() => child.kill('SIGKILL'));
}

function understood(answer: FromClinic): ClinicOpinion {
  if ('fault' in answer) return { failure: answer.fault };
  return opinionOf(answer.analysis) ?? { failure: 'its answer is not that of version 11' };
}
