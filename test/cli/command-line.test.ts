import { describe, expect, test } from 'vitest';
import { parseArguments } from '../../cli/arguments.ts';
import { runCli } from '../../cli/cli.ts';
import { analyzeCommand } from '../../cli/commands/analyze.ts';
import { commands } from '../../cli/commands/index.ts';
import { runCommand } from '../../cli/commands/run.ts';
import { fakeTerminal } from '../helpers/fake-terminal.ts';

describe('a command line that cannot be understood exits with 2 and says what was meant', () => {
  test.each([
    ['rnu -- node app.js', 'There is no command "rnu".', 'Did you mean `leakwatch run`?'],
    ['frobnicate', 'There is no command "frobnicate".', '`leakwatch --help` lists the commands.'],
    ['--duration 3 run', '--duration comes before the command.', 'Write the command first.'],
    ['run --duratoin 3', '`leakwatch run` has no option --duratoin.', 'Did you mean --duration?'],
    ['run --duratoin=3', '`leakwatch run` has no option --duratoin.', 'Did you mean --duration?'],
    ['run -x', '`leakwatch run` has no option -x.', '`leakwatch run --help` lists its options.'],
    ['run --duration', '--duration needs a value.', '`leakwatch run --help` lists its options.'],
    ['run --duration -- ls', '--duration needs a value.', '`leakwatch run --help` lists its options.'],
    ['run --duration soon -- ls', '"soon" is no time; write 30s, 2m, 1h or 500ms.', ''],
    ['run', 'The command to run is missing.', 'It follows a --: `leakwatch run -- node app.js`.'],
    ['run node a.js', '"node" stands before the --.', 'Write `leakwatch run [options] -- node a.js`.'],
    ['open --port http', '--port needs a number.', ''],
    ['open gone.heapsnapshot', 'gone.heapsnapshot does not exist.', ''],
    ['open docs test', 'Only one folder can be open at a time, and no files beside it.', ''],
    ['analyze', 'There is nothing to analyze.', 'Name one or more .heapsnapshot files, or a run folder.'],
    ['report a b', 'Only one run folder can be reported at a time.', ''],
    ['snapshot a b', 'Only one run folder can be asked at a time.', ''],
  ])('leakwatch %s', async (line, fault, hint) => {
    const terminal = fakeTerminal();
    expect(await runCli(line.split(' '), terminal)).toBe(2);
    expect(terminal.stderr).toBe([fault, hint].map((text) => (text ? `leakwatch ${text}\n` : '')).join(''));
    expect(terminal.stdout).toBe('');
  });
});

test('nothing at all gives the help, and 2', async () => {
  const terminal = fakeTerminal();
  expect(await runCli([], terminal)).toBe(2);
  expect(terminal.stdout).toMatch(/^leakwatch says what leaks/);
});

test.each([['--help'], ['-h'], ['help']])('leakwatch %s lists every command', async (word) => {
  const terminal = fakeTerminal();
  expect(await runCli([word], terminal)).toBe(0);
  for (const { name, summary } of commands)
    expect(terminal.stdout).toMatch(new RegExp(`^  ${name} +${summary}$`, 'm'));
});

test('the version is the package’s', async () => {
  const terminal = fakeTerminal();
  expect(await runCli(['--version'], terminal)).toBe(0);
  expect(terminal.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

describe.each(commands.map((command) => [command.name, command] as const))(
  'leakwatch %s --help',
  (name, command) => {
    test.each([
      ['at 80 columns', 80],
      ['at 110 columns', 110],
    ])('fits %s', async (_, width) => {
      const terminal = fakeTerminal(width);
      expect(await runCli([name, '--help'], terminal)).toBe(0);
      expect(terminal.stdout.split('\n').filter((line) => line.length > width)).toEqual([]);
    });

    test('lists every option, and is reached by `help`, too', async () => {
      const [direct, indirect] = [fakeTerminal(), fakeTerminal()];
      await runCli([name, '-h'], direct);
      await runCli(['help', name], indirect);
      expect(indirect.stdout).toBe(direct.stdout);
      for (const option of Object.keys(command.options)) expect(direct.stdout).toContain(`--${option} `);
    });
  },
);

test('what follows -- belongs to the application, whatever it looks like', async () => {
  const line = '-d 3s -- node app.js --duration --help -- -x';
  const { flags, afterDashes } = await parseArguments(runCommand, line.split(' '));
  expect(flags).toMatchObject({ duration: '3s' });
  expect(afterDashes).toEqual(['node', 'app.js', '--duration', '--help', '--', '-x']);
});

test('--json never takes the file that follows it for its output', async () => {
  const { flags, operands } = await parseArguments(analyzeCommand, ['--json', 'one.heapsnapshot', '0123']);
  expect(flags).toMatchObject({ json: '-' });
  expect(operands).toEqual(['one.heapsnapshot', '0123']);
  expect((await parseArguments(analyzeCommand, ['--json=out.json'])).flags).toMatchObject({
    json: 'out.json',
  });
});
