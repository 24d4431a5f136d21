import type { Json } from '../../../shared/json.ts';
import { canonicalJson } from '../../fingerprint/digest.ts';
import type { RunRecord } from '../records.ts';
import { type FactKind, factsOf } from './run-facts.ts';
import { verdictOn } from './run-history.ts';

/** What a table can show of runs. */
export interface RunColumn {
  readonly kind: 'run' | 'metric' | 'param';
  /** The shortest of its names that no other column has. */
  readonly label: string;
  /** Every name by which a command may refer to it: `NAME`, `STAGE.NAME`, `metrics.STAGE.NAME`. */
  readonly names: readonly string[];
  /** A metric of one instance of a matrix. */
  readonly isInstance: boolean;
  /** Returns the values in a run: several if the instances of a matrix differ, none if the run has none. */
  values(run: RunRecord): readonly Json[];
}

/** What every run has. */
const OF_RUN: Readonly<Record<string, (run: RunRecord) => Json | undefined>> = {
  run: ({ run }) => run,
  when: ({ started }) => started,
  state: verdictOn,
  pipeline: ({ pipeline }) => pipeline,
  file: ({ file }) => file,
  took: ({ seconds }) => seconds,
  stages: outcomesOf,
};

/** Returns `2 ran, 1 failed`. */
function outcomesOf({ stages, holder }: RunRecord): string {
  const number = (outcome: string) => stages.filter((stage) => stage.outcome === outcome).length;
  const counts = ['ran', 'cached', 'failed', 'running', 'killed'].map((word) => [number(word), word] as const);
  const others = stages.length - counts.reduce((sum, [count]) => sum + count, 0);
  const all = [...counts, [others, holder === undefined ? 'not run' : 'waiting'] as const];
  return all.flatMap(([count, word]) => (count === 0 ? [] : [`${count} ${word}`])).join(', ');
}

type Unlabelled = Pick<RunColumn, 'kind' | 'isInstance' | 'values'> & {
  /** `STAGE.NAME` of each stage that it stands for. */
  readonly sources: readonly string[];
  readonly bare: string;
};

/** Returns the columns of runs: what every run has, their metrics, those of the last stages first, and their params. */
export function columnsOf(runs: readonly RunRecord[]): readonly RunColumn[] {
  const facts = new Map(runs.map((run) => [run, factsOf(run)]));
  const found = (kind: FactKind) => [...new Map([...facts.values()].flatMap((each) => [...each[kind]]))];
  const valuesOf = (kind: FactKind, full: string) => (run: RunRecord) => facts.get(run)?.[kind].get(full)?.values ?? [];
  const metrics = (kind: 'metrics' | 'instances') =>
    lastStageFirst(found(kind)).map(
      ([full, { name }]): Unlabelled => ({
        kind: 'metric',
        isInstance: kind === 'instances',
        sources: [full],
        bare: kind === 'instances' ? full : name,
        values: valuesOf(kind, full),
      }),
    );
  const params = new Map<string, string[]>();
  for (const [full, { name }] of found('params')) params.set(name, [...(params.get(name) ?? []), full]);
  const ofRun = Object.entries(OF_RUN).map(([label, read]): RunColumn => {
    const values = (run: RunRecord) => [read(run) ?? []].flat();
    return { kind: 'run', label, names: [label], isInstance: false, values };
  });
  return [
    ...ofRun,
    ...labelled([
      ...metrics('metrics'),
      ...[...params].flatMap(([bare, sources]) =>
        paramColumns(
          bare,
          sources.map((full) => ({ full, values: valuesOf('params', full) })),
          runs,
        ),
      ),
      ...metrics('instances'),
    ]),
  ];
}

function lastStageFirst<Fact extends { readonly stage: string }>(facts: readonly [string, Fact][]): [string, Fact][] {
  const stages = [...new Set(facts.map(([, { stage }]) => stage))];
  return stages.toReversed().flatMap((stage) => facts.filter(([, fact]) => fact.stage === stage));
}

/** Returns one column for a param that several stages share, such as a seed, if they have the same value in each run. */
function paramColumns(
  bare: string,
  stages: readonly { readonly full: string; readonly values: RunColumn['values'] }[],
  runs: readonly RunRecord[],
): readonly Unlabelled[] {
  const all = (run: RunRecord) => stages.map(({ values }) => values(run)).filter(({ length }) => length > 0);
  const common = { kind: 'param' as const, bare, isInstance: false };
  if (runs.every((run) => isSame(all(run))))
    return [{ ...common, sources: stages.map(({ full }) => full), values: (run) => all(run)[0] ?? [] }];
  return stages.map(({ full, values }) => ({ ...common, sources: [full], values }));
}

function labelled(columns: readonly Unlabelled[]): readonly RunColumn[] {
  const named = columns.map(({ sources, bare, ...column }) => {
    const qualified = sources.map((full) => `${column.kind}s.${full}`);
    return {
      column,
      names: [...new Set([bare, ...sources, ...qualified])].filter((name) => !Object.hasOwn(OF_RUN, name)),
    };
  });
  const count = new Map<string, number>();
  for (const name of named.flatMap(({ names }) => names)) count.set(name, (count.get(name) ?? 0) + 1);
  return named.map(({ column, names }) => ({
    ...column,
    names,
    label: names.find((name) => count.get(name) === 1) ?? names.join(' '),
  }));
}

/** Returns whether the values of a column differ among the runs that have it. */
export function differs(column: RunColumn, runs: readonly RunRecord[]): boolean {
  return !isSame(runs.map((run) => column.values(run)).filter(({ length }) => length > 0));
}

function isSame(values: readonly (readonly Json[])[]): boolean {
  return new Set(values.map((list) => canonicalJson(list))).size <= 1;
}
