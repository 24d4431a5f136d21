import { basename, dirname } from 'node:path';
import { failure, problem, type Result, success } from '../../shared/problem.ts';
import { shellQuoted } from '../../shared/text/shell-quoted.ts';
import { shortened } from '../../shared/wording.ts';
import { findOutdated, type OutdatedStage } from '../execute/compare-with-lockfile.ts';
import type { Emit, RunResult, StageResult } from '../execute/events.ts';
import type { Lockfile } from '../execute/lockfile.ts';
import { parseLockfile } from '../execute/read-lockfile.ts';
import type { Services } from '../execute/services.ts';
import type { Plan, PlannedStage } from '../plan/plan.ts';
import { affected, type Select, type Selection } from '../plan/select.ts';
import { describeChanges } from '../report/changes.ts';
import type { Console } from './console.ts';
import { fileAt, findRevision, type Revision, sinceOption } from './git.ts';
import { withInstancesOf } from './locked-instances.ts';
import type { CommonOptions } from './options.ts';
import { lockfilePath } from './project.ts';

/** What has changed in a pipeline since a commit. */
export interface Changes {
  readonly revision: Revision;
  /** The stages whose code, params or inputs from outside differ, with the reasons. */
  readonly stages: readonly OutdatedStage[];
  /** Services with a plan that has the instances that the lockfile of the commit knows. */
  readonly services: Services;
  /** Whether a stage differs, or the commit does not know it. */
  isChanged(stage: Pick<PlannedStage, 'name'>): boolean;
}

/** Reads the lockfile of a commit. */
export function lockfileAt(
  written: string,
  options: CommonOptions,
): Result<{ lockfile: Lockfile; revision: Revision }> {
  const path = lockfilePath(options);
  const [folder, name] = [dirname(path), basename(path)];
  const revision = findRevision(folder, written);
  if (!revision.ok) return revision;
  const text = fileAt(folder, revision.value, name);
  if (!text.ok) return text;
  if (text.value === undefined) {
    const advice = `Commit the lockfile that a complete run writes, or name a commit that has one: git log --oneline -- ${shellQuoted(name)}`;
    return problem(`the commit has no ${name} to compare with`, { at: sinceOption(written), advice });
  }
  const lockfile = parseLockfile(`${shortened(written)}:${name}`, text.value);
  if (lockfile.ok) return success({ lockfile: lockfile.value, revision: revision.value });
  // A commit stays as it is, so nothing can be repaired in it.
  const advice = `Name another commit, whose lockfile is valid: git log --oneline -- ${shellQuoted(name)}`;
  return failure(lockfile.failure.map((fault) => ({ ...fault, advice })));
}

/**
 * Compares the pipeline with the lockfile of a commit. It has the content of inputs that Git does not track, too. The
 * outputs of upstream stages are taken from it, so that each stage is compared on its own.
 *
 * @param select selects the stages to compare.
 */
export async function changesSince(
  written: string,
  opened: Services,
  options: CommonOptions,
  select: Select,
): Promise<Result<Changes>> {
  const read = lockfileAt(written, options);
  if (!read.ok) return read;
  const { lockfile, revision } = read.value;
  const services = await withInstancesOf(lockfile, opened);
  const compared = select(services.plan);
  if (!compared.ok) return compared;
  const outdated = await findOutdated(lockfile, compared.value.stages, services);
  if (!outdated.ok) return outdated;
  const changed = new Set(outdated.value.map(({ stage }) => stage));
  const isChanged = ({ name }: Pick<PlannedStage, 'name'>) => changed.has(name) || !lockfile.has(name);
  return success({ revision, stages: outdated.value, services, isChanged });
}

/** Leaves out of what is reported of a run the stages that have not changed, and whose results only were inputs. */
export class Listing {
  readonly #isChanged: Changes['isChanged'];
  #names: ReadonlySet<string>;

  constructor(plan: Plan, { isChanged }: Pick<Changes, 'isChanged'>) {
    this.#isChanged = isChanged;
    this.#names = new Set(affected(plan, isChanged));
  }

  /** Passes on the events that are about listed stages. */
  filter(emit: Emit): Emit {
    return (event) => {
      if (event.type === 'run-replanned') this.#names = new Set(affected(event.plan, this.#isChanged));
      if (event.type === 'stage-finished' && !this.#has(event.result)) return;
      emit(event.type === 'run-finished' ? { ...event, result: this.of(event.result) } : event);
    };
  }

  of(result: RunResult): RunResult {
    return { ...result, stages: result.stages.filter((stage) => this.#has(stage)) };
  }

  #has({ name, outcome }: StageResult): boolean {
    return outcome !== 'cached' || this.#names.has(name);
  }
}

/** Says which of the selected stages have changed, and returns what is reported of their run, or that nothing runs. */
export function listChanges(
  { revision, stages, isChanged, services: { plan } }: Changes,
  selection: Selection,
  { print, printJson, paint }: Console,
): Listing | 'nothing' {
  const selected = affected(plan, isChanged).filter((name) => selection.stages.has(name));
  const changed = stages.filter(({ stage }) => selection.stages.has(stage));
  printJson({ type: 'changes', since: revision.written, commit: revision.commit, stages: changed, affected: selected });
  print(describeChanges(revision, changed, selected.length - changed.length, paint));
  if (selected.length > 0) return new Listing(plan, { isChanged });
  printJson({ type: 'run-finished', ok: true, run: null, seconds: 0, stages: [] });
  return 'nothing';
}
