import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { recordingsIn, run, until } from './watched.mjs';

const DISK_KB = 64;
const ALIVE = `process.on('SIGTERM', () => { console.log('done'); process.exit(0); }); console.log('ready'); setInterval(() => {}, 1000);`;

const countOf = async (runFolder) =>
  (await recordingsIn(runFolder))[0]?.entries.filter(({ type }) => type === 'sample').length ?? 0;

/** A disk that fills up and has room again, and one that becomes read-only while the application runs. */
export async function* disks(surroundings) {
  const disk = join(surroundings.home, 'disk');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_KB}k`, 'tmpfs', disk], { stdio: 'ignore' });
  } catch {
    yield { what: 'a disk that fills up', isGood: null, facts: 'mounting is not allowed here' };
    return;
  }
  try {
    yield await fullAndEmptied(surroundings, disk);
    yield await readOnly(surroundings, disk);
  } finally {
    execFileSync('umount', ['--lazy', disk]);
  }
}

async function fullAndEmptied(surroundings, disk) {
  const runFolder = join(disk, 'full');
  let atFull = 0;
  const { exitCode, stdout, stderr } = await run(surroundings, ALIVE, {
    runFolder,
    env: { LEAKWATCH_INTERVAL_MS: '20' },
    whileRunning: async (app) => {
      await until(async () => (await countOf(runFolder)) > 3);
      fill(join(disk, 'filling'));
      await new Promise((resume) => setTimeout(resume, 2000));
      atFull = await countOf(runFolder);
      rmSync(join(disk, 'filling'));
      await until(async () => (await countOf(runFolder)) > atFull + 3);
      app.kill('SIGTERM');
    },
  });
  const [{ entries, damagedLines }] = await recordingsIn(runFolder);
  return {
    what: 'a disk that is full for two seconds',
    isGood:
      exitCode === 0 &&
      stdout === 'ready\ndone\n' &&
      /^leakwatch: the recording has a gap: ENOSPC[^\n]*\n$/.test(stderr) &&
      damagedLines <= 1 &&
      entries.at(-1).type === 'end',
    facts: `${atFull} samples before the gap, ${(await countOf(runFolder)) - atFull} after it, ${damagedLines} cut line`,
  };
}

function fill(file) {
  for (let kilobytes = DISK_KB; kilobytes >= 1; kilobytes /= 2) {
    try {
      writeFileSync(file, Buffer.alloc(kilobytes * 1024), { flag: 'a' });
    } catch {
      // It holds less than that.
    }
  }
}

async function readOnly(surroundings, disk) {
  execFileSync('mount', ['-o', 'remount,ro', disk]);
  const { exitCode, stdout, stderr } = await run(surroundings, `console.log('done')`, {
    runFolder: join(disk, 'read only'),
  });
  return {
    what: 'a disk that is read-only',
    isGood: exitCode === 0 && stdout === 'done\n' && /^leakwatch: not started: EROFS[^\n]*\n$/.test(stderr),
    facts: stderr.trim().replace(surroundings.home, ''),
  };
}
