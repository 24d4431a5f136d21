import { failure, type Problem, type Result, success } from '../problem.ts';
import type { Plan } from './plan.ts';
import { suggestion } from './suggest.ts';

/** Which stages a command line names. */
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
  const names = plan.stages.map((stage) => stage.name);
  const asked = [
    ...choice.stages.map((name) => ({ name, file: name })),
    ...(['from', 'until', 'only'] as const).flatMap((option) => {
      const name = choice[option];
      return name === undefined ? [] : [{ name, file: `--${option} ${name}` }];
    }),
  ];
  const problems: Problem[] = asked
    .filter(({ name }) => !names.includes(name))
    .map(({ name, file }) => ({
      message: `there is no stage «${name}»`,
      at: { file },
      advice: suggestion(name, names),
    }));
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

  const { only, from, until } = choice;
  if (only !== undefined) {
    const needed = before(plan, [only]);
    return success({
      stages: needed,
      forced: choice.force ? new Set([only]) : new Set(),
      cachedOnly: new Set([...needed].filter((name) => name !== only)),
    });
  }
  const downstream = from === undefined ? undefined : after(plan, [from]);
  const targets = choice.stages.length > 0 ? choice.stages : (downstream ?? names);
  let stages = before(plan, [...targets]);
  if (until !== undefined) {
    const limit = before(plan, [until]);
    stages = new Set([...stages].filter((name) => limit.has(name)));
  }
  const forced =
    downstream ?? (choice.force ? new Set(choice.stages.length > 0 ? choice.stages : names) : new Set<string>());
  return success({
    stages,
    forced: new Set([...forced].filter((name) => stages.has(name))),
    cachedOnly: new Set(),
  });
}

/** The named stages and all that they depend on. */
export function before(plan: Plan, names: readonly string[]): Set<string> {
  const reached = new Set(names);
  for (const stage of plan.stages.toReversed()) {
    if (reached.has(stage.name)) for (const dependency of stage.dependencies) reached.add(dependency);
  }
  return reached;
}

/** The named stages and all that depends on them. */
export function after(plan: Plan, names: readonly string[]): Set<string> {
  const reached = new Set(names);
  for (const stage of plan.stages) {
    if (stage.dependencies.some((dependency) => reached.has(dependency))) reached.add(stage.name);
  }
  return reached;
}
