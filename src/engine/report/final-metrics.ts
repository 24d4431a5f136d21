import { groupBy } from '../../shared/group-by.ts';
import { columns, count, figure } from '../../shared/text/format.ts';
import type { Paint } from '../../shared/text/style.ts';
import type { CompletedStage } from '../execute/events.ts';
import type { PlannedStage } from '../plan/plan.ts';

/** The metrics of a matrix stage that are shown: the table has to fit into a terminal. */
const MOST_COLUMNS = 5;
/** The instances of a matrix stage that are shown. */
const MOST_ROWS = 20;

/**
 * Describes the metrics of a run, a block a stage: of those stages after which no other stage reports any. A stage that
 * only writes a report hides no metrics. The instances of a matrix stage form a table, which has all of them if it has one.
 */
export function finalMetrics(
  completed: readonly CompletedStage[],
  plan: readonly Pick<PlannedStage, 'name' | 'declared' | 'dependencies'>[],
  paint: Paint,
): string[] {
  const reporting = completed.filter(({ metrics }) => Object.keys(metrics).length > 0);
  const names = new Set(reporting.map(({ name }) => name));
  const outdone = new Set<string>();
  // In topological order: what is upstream of a stage that reports metrics is not final.
  for (const { name, dependencies } of plan.toReversed())
    if (names.has(name) || outdone.has(name)) for (const upstream of dependencies) outdone.add(upstream);
  const declaredAs = new Map(plan.map(({ name, declared }) => [name, declared]));
  const families = groupBy(reporting, ({ name }) => declaredAs.get(name) ?? name);
  const final = [...families].filter(([, stages]) => stages.some(({ name }) => !outdone.has(name)));
  return final.map(([family, stages]) => {
    const [only] = stages;
    const rows = stages.length === 1 && only !== undefined ? single(only) : table(family, stages);
    return `${paint('bold', stages.length === 1 ? (only?.name ?? family) : family)}\n${columns(rows)}`;
  });
}

function single({ metrics }: CompletedStage): string[][] {
  return Object.entries(metrics).map(([name, value]) => [`  ${name}`, figure(value)]);
}

function table(family: string, stages: readonly CompletedStage[]): string[][] {
  const all = [...new Set(stages.flatMap(({ metrics }) => Object.keys(metrics)))];
  const names = all.slice(0, MOST_COLUMNS);
  const more = [
    ...(stages.length > MOST_ROWS ? [`${count(stages.length - MOST_ROWS)} more instances`] : []),
    ...(all.length > MOST_COLUMNS ? [`${count(all.length - MOST_COLUMNS)} more metrics`] : []),
  ];
  const rows = stages.slice(0, MOST_ROWS).map(({ name, metrics }) => [
    `  ${name.slice(family.length).replace(/^@/, '')}`,
    ...names.map((metric) => {
      const value = metrics[metric];
      return value === undefined ? '' : figure(value);
    }),
  ]);
  return [['  ', ...names], ...rows, ...(more.length > 0 ? [[`  and ${more.join(', ')}`]] : [])];
}
