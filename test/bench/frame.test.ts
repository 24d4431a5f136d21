import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Benchmark, Row } from '../../bench/benchmark.ts';
import { benchmarks } from '../../bench/benchmarks.ts';
import { main } from '../../bench/main.ts';
import { suggestion } from '../../src/engine/plan/suggest.ts';
import { problem, success } from '../../src/shared/problem.ts';

const ROWS: readonly Row[] = [
  { case: 'counting to ten', peer: 'abacus', ours: [30, 10, 20], theirs: [40], unit: 'ms', goal: 1 },
  { case: 'counting apples', peer: 'abacus', ours: [60], theirs: [100], unit: 'apples/s', goal: 0.8, better: 'higher' },
  { case: 'counting to ten', peer: 'floor: fingers', ours: [20], theirs: [10], unit: 'ms' },
];
const COUNTING: Benchmark = {
  name: 'counting',
  summary: 'how fast it counts',
  load: async () => async () => success(ROWS),
};

/** Runs `npm run bench -- WORD…` with the given benchmarks. */
async function bench(words: readonly string[], known: readonly Benchmark[] = [COUNTING]) {
  const printed: string[] = [];
  const noted: string[] = [];
  const exitCode = await main(words, '.', known, {
    print: (line) => printed.push(line),
    note: (line) => noted.push(line),
  });
  return { exitCode, stdout: printed.join('\n'), stderr: noted.join('\n') };
}

test('the last line of stdout is JSON with the medians, their ratio and the goal of each row', async () => {
  const { exitCode, stdout } = await bench(['counting']);
  expect(exitCode).toBe(0);
  expect(JSON.parse(stdout.split('\n').at(-1) ?? '')).toEqual({
    bench: 'counting',
    rows: [
      { case: 'counting to ten', ours: 20, peer: 'abacus', theirs: 40, ratio: 0.5, goal: 1 },
      { case: 'counting apples', ours: 60, peer: 'abacus', theirs: 100, ratio: 0.6, goal: 0.8 },
      { case: 'counting to ten', ours: 20, peer: 'floor: fingers', theirs: 10, ratio: 2, goal: null },
    ],
  });
});

test('a table before the last line shows which goals are reached', async () => {
  const { stdout } = await bench(['counting']);
  expect(stdout.split('\n').slice(0, -1)).toEqual([
    '   case             ours                 peer            theirs        ratio  goal',
    '✓  counting to ten  20.0 ms (10.0–30.0)  abacus          40.0 ms       0.50   ≤ 1',
    '✗  counting apples  60.0 apples/s        abacus          100 apples/s  0.60   ≥ 0.8',
    '   counting to ten  20.0 ms              floor: fingers  10.0 ms       2.00',
    '',
    '1 of 2 goals reached',
  ]);
});

test('without a name all benchmarks are listed', async () => {
  expect((await bench([])).stdout).toContain('counting  how fast it counts');
  const { stdout } = await bench([], benchmarks);
  for (const name of ['runners', 'hashing', 'graph-size']) expect(stdout).toContain(name);
});

test.each([
  [
    ['countin'],
    '✗ there is no benchmark "countin"\n' +
      // The engine words suggestions.
      `  → ${suggestion('countin', ['counting'])}`,
  ],
  [['counting', 'counting'], '✗ expected one benchmark\n  → npm run bench -- NAME [--rounds N]'],
  [['counting', '--rounds', 'many'], '✗ --rounds is "many", expected an integer of at least 1'],
])('the arguments %j are an error with exit code 2', async (words, message) => {
  expect(await bench(words)).toEqual({ exitCode: 2, stdout: '', stderr: message });
});

test('a benchmark that fails prints the problem and no result', async () => {
  const failing = {
    ...COUNTING,
    load: async () => async () => problem('the abacus is broken', { advice: 'Repair it.' }),
  };
  expect(await bench(['counting'], [failing])).toEqual({
    exitCode: 2,
    stdout: '',
    stderr: '✗ the abacus is broken\n  → Repair it.',
  });
});

test('a benchmark gets an empty folder, which is deleted afterwards', async () => {
  const scratches: string[] = [];
  const inspecting: Benchmark = {
    ...COUNTING,
    load: async () => async (given) => {
      expect(existsSync(given.scratch)).toBe(true);
      expect(given.rounds).toBe(3);
      scratches.push(given.scratch);
      return success([]);
    },
  };
  expect((await bench(['counting', '--rounds', '3'], [inspecting])).exitCode).toBe(0);
  expect(scratches.map((path) => existsSync(path))).toEqual([false]);
});
