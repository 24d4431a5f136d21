import { describe, expect, test } from 'vitest';
import { type ParsedCommand, parseQuickly } from '../../../src/engine/cli/parse-quickly.ts';
import { parseWithCommander } from '../../../src/engine/cli/program.ts';

const RIGHT = [
  ['run'],
  ['run', 'a', 'b', '--json', '--dry-run'],
  ['run', '--set', 'a=1', '--set=b=2', '--jobs', '3', '--no-color'],
  ['run', '--from', 'a', '--until=b', '-f', 'other.yaml', '--keep-going', '--force'],
  ['status', '--profile', 'p', '--cache', '/c'],
  ['graph'],
  ['graph', '--format', 'svg'],
  ['export', 'a.b', 'out', '--force'],
  ['inspect', '--', 'a.b'],
];

describe('the fast parser on a valid command line', () => {
  test.each(RIGHT.map((words) => [words]))(
    'the fast parser parses %j without commander, to the same result',
    async (words) => {
      const quick = parseQuickly(words) ?? expect.unreachable();
      const { command, args, options } = (await parseWithCommander(words, '1.2.3')) as ParsedCommand;
      expect(quick.command).toBe(command);
      expect(quick.args).toEqual(args);
      expect(quick.options).toEqual(options);
    },
  );
});

test.each([
  [[]],
  [['walk']],
  [['--help']],
  [['run', '--help']],
  [['run', '--frm', 'a']],
  [['run', '--jobs', '0']],
  [['run', '--from']],
  [['graph', 'a']],
  [['export', 'a']],
  [['export', 'a', 'b', 'c']],
])('the fast parser leaves %j to commander', (words) => {
  expect(parseQuickly(words)).toBeUndefined();
});
