import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createRunFolder, discardRunFolder, findRunFolder, writeRunFile } from '../../cli/run/run-folder.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const RUN = { startedAt: 1, endedAt: null, exitCode: null, signal: null };

test('a run folder and its files are for their owner alone', () => {
  const folder = createRunFolder(join(temporaryFolder(), 'runs', 'mine'), new Date());
  writeRunFile(folder, { ...RUN, command: ['node', 'app.js'], load: null });
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(statSync(join(folder, 'run.json')).mode & 0o777).toBe(0o600);
});

test('a folder with a run in it is not written into again', () => {
  const folder = createRunFolder(join(temporaryFolder(), 'run'), new Date());
  writeRunFile(folder, { ...RUN, command: ['node'], load: null });
  expect(() => createRunFolder(folder, new Date())).toThrow(`${folder} already holds a recorded run.`);
});

test('a folder that cannot be made is told', () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  expect(() => createRunFolder(join(file, 'run'), new Date())).toThrow(
    /^The run folder .*file\/run cannot be made: /,
  );
});

test.each([
  [['node', 'app.js', '--token=abc'], 'curl -H secret http://x', ['node', 'app.js', '…'], 'curl …'],
  [['npm', 'start'], 'node load.js', ['npm', 'start'], 'node load.js'],
  [['node', '--require', './x.js', 'app.js'], 'TOKEN=abc ./load.sh', ['node', '…'], '…'],
  [['node', '-e', 'secret()'], 'autocannon http://me:secret@localhost', ['node', '…'], 'autocannon …'],
])(
  'of the command %j and the load `%s` no argument is written down',
  (command, load, keptCommand, keptLoad) => {
    const folder = createRunFolder(join(temporaryFolder(), 'run'), new Date());
    writeRunFile(folder, { ...RUN, command, load });
    expect(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))).toMatchObject({
      command: keptCommand,
      load: keptLoad,
    });
  },
);

test('a run that has not come about leaves no folder, one with a recording does', () => {
  const [empty, recorded] = ['empty', 'recorded'].map((name) =>
    createRunFolder(join(temporaryFolder(), name), new Date()),
  );
  writeFileSync(join(recorded, '1-0.recording.jsonl'), '');
  for (const folder of [empty, recorded]) {
    writeRunFile(folder, { ...RUN, command: ['node'], load: null });
    discardRunFolder(folder);
  }
  expect([existsSync(empty), existsSync(recorded)]).toEqual([false, true]);
});

test('what is no run folder is told', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'file'), '');
  mkdirSync(join(folder, 'other'));
  expect(() => findRunFolder(join(folder, 'missing'))).toThrow(/missing does not exist\.$/);
  expect(() => findRunFolder(join(folder, 'file'))).toThrow(/file is no folder\.$/);
  expect(() => findRunFolder(join(folder, 'other'))).toThrow(/other holds no recording of a run\.$/);
});
