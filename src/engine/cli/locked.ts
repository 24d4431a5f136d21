import { relative } from 'node:path';
import { failure, type Problem } from '../../shared/problem.ts';
import { writeJson, writeText } from '../../shared/text/output.ts';
import { painter } from '../../shared/text/style.ts';
import { findOutdated, removedStages } from '../execute/compare-with-lockfile.ts';
import type { ResultCheck } from '../execute/completed.ts';
import { judgeResult } from '../execute/judge-result.ts';
import type { Lockfile } from '../execute/lockfile.ts';
import { readLockfile } from '../execute/read-lockfile.ts';
import type { Services } from '../execute/services.ts';
import { describeOutdated } from '../report/difference.ts';
import { jsonOutdated } from '../report/json.ts';
import { openConsole, reportProblems } from './console.ts';
import { EXIT } from './exit.ts';
import type { CommonOptions } from './options.ts';
import { lockfilePath } from './project.ts';

export interface ToleranceOptions extends CommonOptions {
  /** Compare by value, and accept differences up to this; see `LockComparison`. */
  readonly tolerance?: number;
}

/**
 * Returns the lockfile if it matches the stages in `names`. Otherwise reports every difference before anything runs,
 * and returns the exit code.
 */
export async function lockfileOf(
  services: Services,
  names: ReadonlySet<string>,
  options: CommonOptions,
): Promise<Lockfile | number> {
  const path = lockfilePath(options);
  const shown = relative(process.cwd(), path);
  const read = readLockfile(path, shown);
  if (!read.ok) return reportProblems(read.failure, options);
  const lockfile: Lockfile = read.value ?? new Map();
  const outdated = await findOutdated(lockfile, names, services);
  if (!outdated.ok) return reportProblems(outdated.failure, options);
  // Stages that are only in the lockfile matter only if all stages are checked.
  const all = names.size === services.plan.stages.length ? removedStages(lockfile, services.plan) : [];
  const found = [...outdated.value, ...all];
  if (found.length === 0) return lockfile;
  const { title, advice } =
    read.value === undefined
      ? {
          title: `${shown} does not exist`,
          advice: `Create it by a complete run, and commit it: ${services.commandLine('run')}`,
        }
      : {
          title: `${shown} does not match the current pipeline`,
          advice: `Undo these changes, or run the pipeline and commit the new lockfile: ${services.commandLine('run')}`,
        };
  const paint = painter(process.stderr, options.color, process.env);
  writeText(process.stderr, `${describeOutdated(found, title, advice, paint)}\n`);
  const problems = found.map(({ stage, reasons }) => ({
    message: `${stage}: ${reasons.join('; ')}`,
    at: { file: shown },
  }));
  openConsole(options).annotate(problems, 'error', title);
  if (options.json) for (const line of jsonOutdated(found)) writeJson(process.stdout, line);
  return EXIT.difference;
}

/** Returns the check that `run --locked` applies to results or, if the lockfile does not match, the exit code. */
export async function lockedResultCheck(
  services: Services,
  names: ReadonlySet<string>,
  options: ToleranceOptions,
): Promise<ResultCheck | number> {
  const lockfile = await lockfileOf(services, names, options);
  return typeof lockfile === 'number' ? lockfile : checkAgainstLockfile(lockfile, services.stores.contents, options);
}

/** Returns a check that rejects results that differ from the lockfile by more than is tolerated. */
export function checkAgainstLockfile(
  lockfile: Lockfile,
  contents: Services['stores']['contents'],
  { engine, tolerance }: Pick<ToleranceOptions, 'engine' | 'tolerance'>,
): ResultCheck {
  const readers = engine.extensions.valueReaders;
  return async (stage, result) => {
    // Its name is only known since another stage has put out the values of its matrix.
    if (!lockfile.has(stage.name)) return failure({ kind: 'bad-input', problems: [notLocked(stage.name)] });
    return judgeResult(stage, result, { lockfile, contents, readers, tolerance });
  };
}

function notLocked(stage: string): Problem {
  return {
    message: `stage "${stage}" is not in the lockfile`,
    advice: 'Run the pipeline without --locked, and commit the new lockfile.',
  };
}
