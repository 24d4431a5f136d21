import { existsSync } from 'node:fs';
import type { MetricInterval, ReportArtifact, ReportSource } from '../../shared/extensions/report.ts';
import type { ActionRecord } from '../cache/records.ts';
import type { Stores } from '../cache/stores.ts';
import type { ActionKey } from '../fingerprint/digest.ts';
import type { Plan } from '../plan/plan.ts';
import { type State, toGraph } from '../report/graph/graph.ts';
import type { Observed, ObservedStage } from './events.ts';
import type { Ending, EstimateFacts, Facts, MetricFacts, StageFacts } from './facts.ts';

/** The results with which those of a run are compared. */
export interface Baseline {
  /** For people: a commit or a run. */
  readonly name: string;
  /** The action keys by stage. */
  readonly keys: ReadonlyMap<string, ActionKey>;
}

interface Sources {
  readonly plan: Plan;
  readonly stores: Pick<Stores, 'actions' | 'contents'>;
  readonly reportSources: readonly ReportSource[];
}

/** The size up to which a file is read for the intervals of metrics: a model would be downloaded for nothing. */
const MOST_BYTES = 1e6;

/** Gathers the facts about a run from what was observed of it and what the cache says about its results. */
export async function gatherFacts(
  observed: Observed,
  baseline: Baseline | undefined,
  sources: Sources | undefined,
): Promise<Facts> {
  const { pipeline, run, seconds, stages, verified, differences, outdated, problems, warnings } = observed;
  const keys = new Map(stages.flatMap(({ name, key }) => (key === undefined ? [] : [[name, key] as const])));
  const now = await recordsOf(keys, sources);
  const before = await recordsOf(baseline?.keys ?? new Map(), sources);
  return {
    type: 'ci-summary',
    pipeline: pipeline ?? sources?.plan.name ?? 'pipeline',
    run: run ?? null,
    ending: endingOf(observed),
    seconds,
    baseline: baseline?.name ?? null,
    stages: stages.map((stage) => stageFacts(stage, now.get(stage.name))),
    metrics: await metricFacts(stages, now, before, sources),
    notCompared: [...(baseline?.keys.keys() ?? [])].filter(
      (name) => !before.has(name) && stages.some((stage) => stage.name === name && hasMetrics(stage)),
    ),
    verified,
    differences,
    outdated,
    problems,
    warnings,
    graph: sources === undefined ? null : graphOf(sources.plan, stages),
  };
}

function endingOf({ ok, stages, differences, outdated, problems }: Observed): Ending {
  if (ok === true) return 'passed';
  if (differences.length > 0 || outdated.length > 0) return 'not-reproduced';
  if (ok === undefined || (stages.some(isCancelled) && problems.length === 0)) return 'interrupted';
  return stages.length === 0 ? 'invalid' : 'failed';
}

function isCancelled({ outcome }: ObservedStage): boolean {
  return outcome === 'cancelled';
}

async function recordsOf(
  keys: ReadonlyMap<string, ActionKey>,
  sources: Sources | undefined,
): Promise<ReadonlyMap<string, ActionRecord>> {
  const records = new Map<string, ActionRecord>();
  if (sources === undefined) return records;
  for (const [stage, key] of keys) {
    const record = await sources.stores.actions.lookUp(key);
    if (record !== undefined) records.set(stage, record);
  }
  return records;
}

function stageFacts({ name, outcome, seconds, reasons }: ObservedStage, record: ActionRecord | undefined): StageFacts {
  const saved = outcome === 'cached' ? (record?.provenance.seconds ?? null) : null;
  return { name, outcome, seconds, reasons, saved };
}

async function metricFacts(
  stages: readonly ObservedStage[],
  now: ReadonlyMap<string, ActionRecord>,
  before: ReadonlyMap<string, ActionRecord>,
  sources: Sources | undefined,
): Promise<MetricFacts[]> {
  const [intervals, earlier] = [await intervalsOf(now, sources), await intervalsOf(before, sources)];
  return stages.flatMap(({ name: stage, outcome, metrics }) => {
    // A stage without a result has lost no metric.
    const known = isCompleted(outcome) ? (before.get(stage)?.metrics ?? {}) : {};
    return [...new Set([...Object.keys(metrics), ...Object.keys(known)])].map((name) => ({
      stage,
      name,
      before: estimateOf(known[name], intervalOf(stage, name, earlier)),
      now: estimateOf(metrics[name], intervalOf(stage, name, intervals)),
    }));
  });
}

function isCompleted(outcome: string): boolean {
  return outcome === 'ran' || outcome === 'cached';
}

function hasMetrics({ metrics }: Pick<ObservedStage, 'metrics'>): boolean {
  return Object.keys(metrics).length > 0;
}

function estimateOf(value: number | undefined, interval: EstimateFacts['interval']): EstimateFacts | null {
  return value === undefined ? null : { value, interval };
}

function intervalOf(stage: string, metric: string, known: readonly MetricInterval[]): EstimateFacts['interval'] {
  return known.find((each) => each.stage === stage && each.metric === metric)?.interval ?? null;
}

async function intervalsOf(
  records: ReadonlyMap<string, ActionRecord>,
  sources: Sources | undefined,
): Promise<readonly MetricInterval[]> {
  if (sources === undefined) return [];
  const artifacts: ReportArtifact[] = [];
  for (const [stage, { metrics, outputs }] of records) {
    if (!hasMetrics({ metrics })) continue;
    for (const [output, { digest, file, kind, bytes }] of Object.entries(outputs)) {
      if (kind !== 'file' || bytes > MOST_BYTES) continue;
      const path = await sources.stores.contents.materialize(digest);
      if (path !== undefined) artifacts.push({ stage, output, file, kind, path });
    }
  }
  return sources.reportSources.flatMap(({ intervals }) => intervals?.(artifacts) ?? []);
}

function graphOf(plan: Plan, stages: readonly ObservedStage[]): Facts['graph'] {
  const outcomes = new Map(stages.map(({ name, outcome }) => [name, outcome]));
  const { stages: planned, paths, edges } = toGraph(plan, new Map(), existsSync);
  return { stages: planned.map((stage) => ({ ...stage, state: stateOf(outcomes.get(stage.name)) })), paths, edges };
}

function stateOf(outcome: string | undefined): State {
  switch (outcome) {
    case 'ran':
    case 'cached':
    case 'would-run':
    case 'failed':
      return outcome;
    default:
      return 'not-run';
  }
}
