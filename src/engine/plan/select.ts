import { failure, type Problem, problem, type Result, success } from '../../shared/problem.ts';
import type { Plan, PlannedStage } from './plan.ts';
import { StageNames } from './stage-names.ts';

/** The stages that a command line names: `train` means all its instances, `train@seed=1` the matching ones. */
export interface Choice {
  /** Run these and their upstream stages; if empty, all stages. */
  readonly stages: readonly string[];
  /** Rerun this stage and all downstream stages, even if they are cached. */
  readonly from?: string;
  /** Run no stage downstream of this one. */
  readonly until?: string;
  /** Run only this stage. */
  readonly only?: string;
  readonly force: boolean;
  /** Run, of these, only the stages that have changed and what is downstream of them. */
  readonly isChanged?: IsChanged;
}

/** Whether a stage itself has changed, apart from what its upstream stages put out. */
type IsChanged = (stage: Pick<PlannedStage, 'name'>) => boolean;

/** The stages of a run. */
export interface Selection {
  readonly stages: ReadonlySet<string>;
  /** Stages that run even if they are cached. */
  readonly forced: ReadonlySet<string>;
  /** Stages whose result must come from the cache. */
  readonly cachedOnly: ReadonlySet<string>;
}

/** Selects stages of a plan, and again when it is made anew. */
export type Select = (plan: Plan) => Result<Selection>;

/** Determines the stages that a command line selects. */
export function select(plan: Plan, choice: Choice): Result<Selection> {
  const known = new StageNames(plan.stages);
  const problems: Problem[] = [];
  const find = (name: string, file: string): readonly string[] => {
    const found = known.find(name);
    if (found.ok) return found.value.map((stage) => stage.name);
    problems.push({ ...found.failure, at: { file } });
    return [];
  };
  const optional = (option: 'from' | 'until' | 'only') => {
    const name = choice[option];
    return name === undefined ? undefined : find(name, `--${option} ${name}`);
  };
  const asked = choice.stages.flatMap((name) => find(name, name));
  const from = optional('from');
  const until = optional('until');
  const only = optional('only');
  problems.push(...conflictsIn(choice));
  if (problems.length > 0) return failure(problems);

  if (only !== undefined) {
    const needed = before(plan, only);
    const alone = new Set(only);
    return success({
      stages: needed,
      forced: choice.force ? alone : new Set(),
      cachedOnly: new Set([...needed].filter((name) => !alone.has(name))),
    });
  }
  const names = plan.stages.map((stage) => stage.name);
  if (choice.isChanged !== undefined) {
    const limits = [choice.stages.length > 0 ? asked : names, until ?? names];
    return success(selectChanged(plan, choice.isChanged, limits));
  }
  const downstream = from === undefined ? undefined : after(plan, from);
  const targets = choice.stages.length > 0 ? asked : (downstream ?? names);
  let stages = before(plan, targets);
  if (until !== undefined) {
    const limit = before(plan, until);
    stages = new Set([...stages].filter((name) => limit.has(name)));
    if (stages.size === 0 || (downstream !== undefined && ![...downstream].some((name) => limit.has(name)))) {
      const [selected, after] =
        choice.from === undefined ? [asked.join(', '), ''] : [choice.from, ' and what follows it'];
      return problem(
        `no stage is selected: ${selected}${after} and what ${choice.until} needs have nothing in common`,
        {
          at: { file: `--until ${choice.until}` },
          advice: 'Name a stage that follows from the other one; pipeline graph shows which do.',
        },
      );
    }
  }
  const forced = downstream ?? (choice.force ? new Set(choice.stages.length > 0 ? asked : names) : new Set<string>());
  return success({
    stages,
    forced: new Set([...forced].filter((name) => stages.has(name))),
    cachedOnly: new Set(),
  });
}

function conflictsIn({ stages, from, until, only, force, isChanged }: Choice): Problem[] {
  if (only !== undefined && (from !== undefined || until !== undefined || stages.length > 0)) {
    return [
      {
        message: '--only cannot be combined with other stages, --from or --until',
        at: { file: `--only ${only}` },
        advice: 'Remove --only, or the other selections.',
      },
    ];
  }
  if (isChanged === undefined) return [];
  const others = [
    ...(from === undefined ? [] : [['--from', from]]),
    ...(only === undefined ? [] : [['--only', only]]),
    ...(force ? [['--force']] : []),
  ];
  return others.map((words) => ({
    message: `--since cannot be combined with ${words[0]}`,
    at: { file: words.join(' ') },
    advice: 'Remove one of them. Stages and --until can be given with --since.',
  }));
}

/** Selects the stages that have changed with what is downstream of them, as far as they are upstream of all `limits`. */
function selectChanged(plan: Plan, isChanged: IsChanged, limits: readonly (readonly string[])[]): Selection {
  const within = limits.map((limit) => before(plan, limit));
  const changed = affected(plan, isChanged).filter((name) => within.every((limit) => limit.has(name)));
  return { stages: before(plan, changed), forced: new Set(), cachedOnly: new Set() };
}

/** Returns the stages that have changed, and all their downstream stages, in the order of the plan. */
export function affected(plan: Plan, isChanged: IsChanged): string[] {
  const names = plan.stages.map(({ name }) => name);
  const reached = after(
    plan,
    names.filter((name) => isChanged({ name })),
  );
  return names.filter((name) => reached.has(name));
}

/** Returns the named stages and all their upstream stages. */
export function before(plan: Plan, names: Iterable<string>): Set<string> {
  const reached = new Set(names);
  for (const stage of plan.stages.toReversed()) {
    if (reached.has(stage.name)) for (const dependency of stage.dependencies) reached.add(dependency);
  }
  return reached;
}

/** Returns the named stages and all their downstream stages. */
function after(plan: Plan, names: Iterable<string>): Set<string> {
  const reached = new Set(names);
  for (const stage of plan.stages) {
    if (stage.dependencies.some((dependency) => reached.has(dependency))) reached.add(stage.name);
  }
  return reached;
}
