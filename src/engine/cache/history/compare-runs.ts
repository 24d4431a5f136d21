import { flatten } from '../../../shared/flatten.ts';
import type { Json, JsonObject } from '../../../shared/json.ts';
import { canonicalJson, type Digest } from '../../fingerprint/digest.ts';
import type { RunRecord, StageOutcomeRecord } from '../records.ts';

/** A value in two runs; undefined where a run does not have it. */
export interface Pair<Value> {
  readonly before: Value | undefined;
  readonly now: Value | undefined;
}

export interface StageComparison {
  readonly stage: string;
  readonly outcome: Pair<string>;
  readonly seconds: Pair<number>;
  /** Whether its action key differs; undefined if it is unknown in one of the runs. */
  readonly keyChanged: boolean | undefined;
  readonly outputsChanged: readonly string[];
  /** The params that differ, by dotted name; undefined if an earlier version of the program did not record them. */
  readonly params: Readonly<Record<string, Pair<Json>>> | undefined;
  /** The metrics of either run. */
  readonly metrics: Readonly<Record<string, Pair<number>>>;
}

/** Compares two runs stage by stage, in the order of the later run. */
export function compareRuns(before: RunRecord, now: RunRecord): readonly StageComparison[] {
  const was = new Map(before.stages.map((stage) => [stage.name, stage]));
  const is = new Map(now.stages.map((stage) => [stage.name, stage]));
  return [...new Set([...is.keys(), ...was.keys()])].map((name) => compareStage(name, was.get(name), is.get(name)));
}

function compareStage(
  stage: string,
  before: StageOutcomeRecord | undefined,
  now: StageOutcomeRecord | undefined,
): StageComparison {
  return {
    stage,
    outcome: { before: before?.outcome, now: now?.outcome },
    seconds: { before: before?.seconds, now: now?.seconds },
    keyChanged: before?.key === undefined || now?.key === undefined ? undefined : before.key !== now.key,
    outputsChanged: outputsChanged(before?.outputs, now?.outputs),
    params: paramsOf(before, now),
    metrics: pairs(before?.metrics ?? {}, now?.metrics ?? {}),
  };
}

/** Returns no names for a stage that has no outputs in one of the runs, since there is nothing to compare. */
function outputsChanged(before: Readonly<Record<string, Digest>> = {}, now: Readonly<Record<string, Digest>> = {}) {
  if (Object.keys(before).length === 0 || Object.keys(now).length === 0) return [];
  return Object.entries(pairs(before, now)).flatMap(([name, pair]) => (pair.before === pair.now ? [] : [name]));
}

function paramsOf(before: StageOutcomeRecord | undefined, now: StageOutcomeRecord | undefined) {
  if (before === undefined || now === undefined) return {};
  if (before.params === undefined || now.params === undefined) return undefined;
  return changedParams(before.params, now.params);
}

/** Returns the params that differ, by dotted name. */
export function changedParams(before: JsonObject, now: JsonObject): Readonly<Record<string, Pair<Json>>> {
  const all = pairs(flatten(before), flatten(now));
  return Object.fromEntries(Object.entries(all).filter(([, pair]) => !isSame(pair)));
}

function isSame({ before, now }: Pair<Json>): boolean {
  return before !== undefined && now !== undefined && canonicalJson(before) === canonicalJson(now);
}

function pairs<Value>(
  before: Readonly<Record<string, Value>>,
  now: Readonly<Record<string, Value>>,
): Record<string, Pair<Value>> {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
  return Object.fromEntries(names.map((name) => [name, { before: before[name], now: now[name] }]));
}
