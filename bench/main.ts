import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { suggestion } from '../src/engine/plan/suggest.ts';
import { type Problem, problem, type Result, success } from '../src/shared/problem.ts';
import type { Benchmark } from './benchmark.ts';
import { endRunning } from './command.ts';
import { describeRows, table, toJson } from './report.ts';

export interface Output {
  /** Prints a line to stdout. */
  print(line: string): void;
  /** Prints a line to stderr. */
  note(line: string): void;
}

const USAGE = 'npm run bench -- NAME [--rounds N]';

/** Runs `npm run bench`: lists the benchmarks or runs the named one. Returns the exit code. */
export async function main(
  words: readonly string[],
  root: string,
  benchmarks: readonly Benchmark[],
  { print, note }: Output,
): Promise<number> {
  const options = readWords(words, benchmarks);
  if (!options.ok) return reportProblems(options.failure, note);
  const { benchmark, rounds } = options.value;
  if (benchmark === undefined) {
    for (const line of table(benchmarks.map(({ name, summary }) => [name, summary]))) print(line);
    print(`\n${USAGE}`);
    return 0;
  }
  const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'pipeline-bench-')));
  const stop = () => {
    endRunning();
    rmSync(scratch, { recursive: true, force: true });
    process.exit(130);
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    const run = await benchmark.load();
    const rows = await run({ root, scratch, rounds, note });
    if (!rows.ok) return reportProblems(rows.failure, note);
    print(describeRows(rows.value));
    print(toJson(benchmark.name, rows.value));
    return 0;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    rmSync(scratch, { recursive: true, force: true });
  }
}

function readWords(
  words: readonly string[],
  benchmarks: readonly Benchmark[],
): Result<{ readonly benchmark: Benchmark | undefined; readonly rounds: number | undefined }> {
  let parsed: { values: { rounds?: string }; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...words], options: { rounds: { type: 'string' } }, allowPositionals: true });
  } catch (error) {
    return problem((error as Error).message, { advice: USAGE });
  }
  const { values, positionals } = parsed;
  const [name, ...more] = positionals;
  if (more.length > 0) return problem('expected one benchmark', { advice: USAGE });
  const rounds = values.rounds === undefined ? undefined : Number(values.rounds);
  if (rounds !== undefined && !(Number.isInteger(rounds) && rounds > 0))
    return problem(`--rounds is "${values.rounds}", expected an integer of at least 1`);
  const benchmark = benchmarks.find((known) => known.name === name);
  if (name !== undefined && benchmark === undefined) {
    const names = benchmarks.map((known) => known.name);
    return problem(`there is no benchmark "${name}"`, { advice: suggestion(name, names) });
  }
  return success({ benchmark, rounds });
}

function reportProblems(problems: readonly Problem[], note: (line: string) => void): number {
  for (const { message, advice } of problems) note(`✗ ${message}${advice === undefined ? '' : `\n  → ${advice}`}`);
  return 2;
}
