import { failure, type Problem, type Result, success } from '../../shared/problem.ts';
import type { Plan } from './plan.ts';
import { StageNames } from './stage-names.ts';

/** Which stages a command line names: `train` is all its instances, `train@seed=1` those that match. */
export interface Choice {
  /** These and what they depend on; all stages when empty. */
  readonly stages: readonly string[];
  /** This and all that depends on it again, cached or not. */
  readonly from?: string;
  /** Nothing after this. */
  readonly until?: string;
  /** This alone. */
  readonly only?: string;
  readonly force: boolean;
}

/** What a run looks at, and of that what it runs although it is cached. */
export interface Selection {
  readonly stages: ReadonlySet<string>;
  readonly forced: ReadonlySet<string>;
  /** Stages that may only come from the cache. */
  readonly cachedOnly: ReadonlySet<string>;
}

/** Works out the stages that a command line means. */
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
  if (
    choice.only !== undefined &&
    (choice.from !== undefined || choice.until !== undefined || choice.stages.length > 0)
  ) {
    problems.push({
      message: '--only stands alone',
      at: { file: `--only ${choice.only}` },
      advice: 'Leave out --only, or the other stages.',
    });
  }
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
  const downstream = from === undefined ? undefined : after(plan, from);
  const names = plan.stages.map((stage) => stage.name);
  const targets = choice.stages.length > 0 ? asked : (downstream ?? names);
  let stages = before(plan, targets);
  if (until !== undefined) {
    const limit = before(plan, until);
    stages = new Set([...stages].filter((name) => limit.has(name)));
  }
  const forced = downstream ?? (choice.force ? new Set(choice.stages.length > 0 ? asked : names) : new Set<string>());
  return success({
    stages,
    forced: new Set([...forced].filter((name) => stages.has(name))),
    cachedOnly: new Set(),
  });
}

/** The named stages and all that they depend on. */
export function before(plan: Plan, names: Iterable<string>): Set<string> {
  const reached = new Set(names);
  for (const stage of plan.stages.toReversed()) {
    if (reached.has(stage.name)) for (const dependency of stage.dependencies) reached.add(dependency);
  }
  return reached;
}

/** The named stages and all that depends on them. */
function after(plan: Plan, names: Iterable<string>): Set<string> {
  const reached = new Set(names);
  for (const stage of plan.stages) {
    if (stage.dependencies.some((dependency) => reached.has(dependency))) reached.add(stage.name);
  }
  return reached;
}
