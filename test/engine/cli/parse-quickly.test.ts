import { describe, expect, test } from 'vitest';
import { type ParsedCommand, parseQuickly } from '../../../src/engine/cli/parse-quickly.ts';
import { parseWithWords } from '../../../src/engine/cli/program.ts';

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

describe('a command line that is right', () => {
  test.each(RIGHT.map((words) => [words]))(
    '%j is understood without commander, and as commander does',
    async (words) => {
      const quick = parseQuickly(words) ?? expect.unreachable();
      const { command, args, options } = (await parseWithWords(words)) as ParsedCommand;
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
  [['status', 'a']],
  [['export', 'a']],
  [['export', 'a', 'b', 'c']],
])('%j is left to commander, which has the words', (words) => {
  expect(parseQuickly(words)).toBeUndefined();
});
