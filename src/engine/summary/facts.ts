import { type Fields, isNumber, isObject, isOptional, isString, isStrings } from '../../shared/shapes.ts';
import type { Graph } from '../report/graph/graph.ts';
import { LEGEND } from '../report/graph/graph.ts';

/** How a run ended. */
export type Ending = 'passed' | 'failed' | 'not-reproduced' | 'interrupted' | 'invalid';

/** What a CI job says about a run: plain data, which another job can turn into a comment. */
export interface Facts {
  readonly type: 'ci-summary';
  readonly pipeline: string;
  readonly run: string | null;
  readonly ending: Ending;
  readonly seconds: number;
  /** What metrics are compared with: a commit or a run. */
  readonly baseline: string | null;
  readonly stages: readonly StageFacts[];
  readonly metrics: readonly MetricFacts[];
  /** The stages whose results with which the metrics should be compared are not in the cache. */
  readonly notCompared: readonly string[];
  /** The stages that were recomputed in an empty cache with the same bytes. */
  readonly verified: readonly string[];
  /** The files that differ from the lockfile, the first one first. */
  readonly differences: readonly DifferenceFacts[];
  /** The stages that do not match the lockfile, with the reasons: their results were not computed. */
  readonly outdated: readonly OutdatedFacts[];
  readonly problems: readonly ProblemFacts[];
  readonly warnings: readonly ProblemFacts[];
  readonly graph: Pick<Graph, 'stages' | 'paths' | 'edges'> | null;
}

export interface StageFacts {
  readonly name: string;
  readonly outcome: string;
  readonly seconds: number;
  readonly reasons: readonly string[];
  /** How long it took to compute the result that came from the cache; null if that is unknown. */
  readonly saved: number | null;
}

/** A metric; null where a run does not have it. */
export interface MetricFacts {
  readonly stage: string;
  readonly name: string;
  readonly before: EstimateFacts | null;
  readonly now: EstimateFacts | null;
}

export interface EstimateFacts {
  /** Text for NaN and infinite numbers, which JSON lacks. */
  readonly value: number | string;
  readonly interval: readonly [number, number] | null;
}

export interface DifferenceFacts {
  readonly stage: string;
  readonly file: string;
  readonly words: string;
}

export interface OutdatedFacts {
  readonly stage: string;
  readonly reasons: readonly string[];
}

export interface ProblemFacts {
  readonly stage: string | null;
  readonly message: string;
  /** `pipeline.yaml:12:5` */
  readonly place: string | null;
  readonly advice: string | null;
}

/** Returns whether a value has every field of facts that is shown. It may come from the job of somebody else's fork. */
export function isFacts(value: unknown): value is Facts {
  if (!isObject(value)) return false;
  const { type, pipeline, run, ending, seconds, baseline, stages, metrics, graph, ...lists } = value;
  const { notCompared, verified, differences, outdated, problems, warnings } = lists;
  return (
    type === 'ci-summary' &&
    isString(pipeline) &&
    isNullable(run, isString) &&
    isEnding(ending) &&
    isNumber(seconds) &&
    isNullable(baseline, isString) &&
    isListOf(stages, isStage) &&
    isListOf(metrics, isMetric) &&
    [notCompared, verified].every(isStrings) &&
    isListOf(differences, ({ stage, file, words }) => [stage, file, words].every(isString)) &&
    isListOf(outdated, ({ stage, reasons }) => isString(stage) && isStrings(reasons)) &&
    isListOf(problems, isProblem) &&
    isListOf(warnings, isProblem) &&
    isNullable(graph, isGraph)
  );
}

const ENDINGS: readonly unknown[] = ['passed', 'failed', 'not-reproduced', 'interrupted', 'invalid'] satisfies Ending[];
const STATES: readonly unknown[] = Object.keys(LEGEND);

function isEnding(value: unknown): boolean {
  return ENDINGS.includes(value);
}

function isListOf(value: unknown, isItem: (item: Fields) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => isObject(item) && isItem(item));
}

function isNullable(value: unknown, isValue: (value: unknown) => boolean): boolean {
  return value === null || isValue(value);
}

function isStage({ name, outcome, seconds, reasons, saved }: Fields): boolean {
  return [name, outcome].every(isString) && isNumber(seconds) && isStrings(reasons) && isNullable(saved, isNumber);
}

function isMetric({ stage, name, before, now }: Fields): boolean {
  return [stage, name].every(isString) && [before, now].every((each) => isNullable(each, isEstimate));
}

function isEstimate(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { value: number, interval } = value;
  const isInterval = (range: unknown) => Array.isArray(range) && range.length === 2 && range.every(isNumber);
  return (isNumber(number) || isString(number)) && isNullable(interval, isInterval);
}

function isProblem({ stage, message, place, advice }: Fields): boolean {
  return isString(message) && [stage, place, advice].every((text) => isNullable(text, isString));
}

function isGraph(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { stages, paths, edges } = value;
  const isNode = ({ name, state, reasons }: Fields) => isString(name) && STATES.includes(state) && isStrings(reasons);
  return (
    isListOf(stages, isNode) &&
    isListOf(paths, ({ path, missing }) => isString(path) && typeof missing === 'boolean') &&
    isListOf(edges, isEdge)
  );
}

function isEdge({ kind, from, to, output, input, include, exclude }: Fields): boolean {
  return (
    (kind === 'artifact' || kind === 'path') &&
    [from, to, input].every(isString) &&
    isOptional(output, isString) &&
    [include, exclude].every((globs) => isOptional(globs, isStrings))
  );
}
