import { join } from 'node:path';
import type { RunRecord } from '../cache/cache.ts';
import type { RunEvent, RunResult } from '../execute/events.ts';
import { execute } from '../execute/execute.ts';
import { writeLockfile } from '../execute/lockfile.ts';
import type { Plan } from '../plan/plan.ts';
import { type Choice, select } from '../plan/select.ts';
import { describeFailure } from '../report/failures.ts';
import { jsonReporter } from '../report/json.ts';
import { plainReporter } from '../report/plain.ts';
import { summarize } from '../report/summary.ts';
import { terminalReporter } from '../report/terminal.ts';
import { type Console, openConsole, reportProblems } from './console.ts';
import { EXIT } from './exit.ts';
import type { CommonOptions } from './options.ts';
import { missingInputs } from './session.ts';
import { withSession } from './with-session.ts';

export interface RunCommandOptions extends CommonOptions, Omit<Choice, 'stages'> {
  readonly dryRun: boolean;
  readonly keepGoing: boolean;
}

/** `pipeline run` and, as a dry run of everything, `pipeline status`. Returns the exit code. */
export async function run(stages: readonly string[], options: RunCommandOptions): Promise<number> {
  return withSession(options, async ({ services }, signal) => {
    const selection = select(services.plan, { ...options, stages });
    if (!selection.ok) return reportProblems(selection.failure, options);
    const missing = missingInputs(services.plan, selection.value.stages);
    if (missing.length > 0) return reportProblems(missing, options);

    const console = openConsole(options);
    const { emit, close } = reporterFor(options, console);
    const started = new Date().toISOString();
    const { dryRun, keepGoing } = options;
    const result = await execute(services, { selection: selection.value, dryRun, keepGoing, signal, emit });
    await close();
    if (!dryRun) services.cache.keepRun(toRecord(result, services.plan.name, started));
    conclude(result, services.plan, console);
    if (result.ok && !dryRun && result.stages.length === services.plan.stages.length) {
      writeLockfile(join(services.plan.root, 'pipeline.lock'), result);
    }
    return exitCode(result);
  });
}

function reporterFor(
  options: RunCommandOptions,
  { paint, print }: Console,
): { emit: (event: RunEvent) => void; close: () => Promise<void> } {
  if (!options.json && !options.dryRun && process.stdout.isTTY) return terminalReporter(process.stdout, paint);
  const write = options.json ? process.stderr : process.stdout;
  const plain = plainReporter((text) => write.write(text), paint);
  const json = options.json ? jsonReporter((line) => process.stdout.write(line)) : undefined;
  return {
    emit: (event) => {
      plain(event);
      json?.(event);
    },
    close: async () => print(''),
  };
}

function conclude(result: RunResult, plan: Plan, { print, paint, folders }: Console): void {
  for (const stage of result.stages) {
    if (stage.outcome === 'failed') print(`${describeFailure(stage, folders, paint)}\n`);
  }
  const read = new Set(plan.stages.flatMap((stage) => stage.dependencies));
  const ends = plan.stages.map((stage) => stage.name).filter((name) => !read.has(name));
  print(summarize(result, ends, paint));
}

function exitCode(result: RunResult): number {
  if (result.cancelled) return EXIT.interrupted;
  const failures = result.stages.flatMap((stage) => (stage.outcome === 'failed' ? [stage.failure.kind] : []));
  if (failures.length === 0) return result.ok ? EXIT.ok : EXIT.stageFailed;
  return failures.every((kind) => kind === 'bad-input') ? EXIT.badInput : EXIT.stageFailed;
}

function toRecord({ run: id, ok, seconds, stages }: RunResult, pipeline: string, started: string): RunRecord {
  return {
    run: id,
    pipeline,
    started,
    seconds,
    ok,
    stages: stages.map((stage) => ({
      name: stage.name,
      outcome: stage.outcome,
      seconds: stage.seconds,
      reasons: stage.reasons,
      ...('key' in stage && stage.key !== undefined && { key: stage.key }),
      outputs: 'outputs' in stage ? stage.outputs : {},
      metrics: 'metrics' in stage ? stage.metrics : {},
    })),
  };
}
