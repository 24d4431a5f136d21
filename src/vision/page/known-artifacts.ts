import path from 'node:path';
import type { ReportArtifact } from '../../shared/extensions/report.ts';
import { parseJson } from '../../shared/parse-json.ts';
import { isFileName } from '../../shared/paths-below.ts';
import { readText } from '../../shared/read-file.ts';
import { openShards, type ShardSet } from '../data/shards/shards.ts';
import { readSamples, type SampleTable } from '../data/tables/samples.ts';
import type { Evaluation } from '../evaluate/evaluation.ts';
import { type EvaluatedSample, readPredictedSamples } from '../evaluate/samples-table.ts';
import { EXPLANATIONS_FILE, type Explanation } from '../explain/explanation.ts';
import { type ClassCounts, isClassCounts } from '../inspect/class-counts.ts';
import { isEvaluation } from '../inspect/evaluation/shape.ts';
import { epochsIn } from '../inspect/history.ts';
import type { EpochMetrics } from '../train/loop/history.ts';

/** The history of a training stage. */
export interface StageHistory {
  readonly stage: string;
  /** The number of epochs of the stages before it, from whose model it started. */
  readonly epochsBefore: number;
  readonly epochs: readonly EpochMetrics[];
}

/** Returns the evaluations of a run, by stage. */
export function evaluationsIn(artifacts: readonly ReportArtifact[]): readonly (Evaluation & { stage: string })[] {
  return artifacts.flatMap((artifact) => {
    const value = artifact.file === 'evaluation.json' ? jsonOf(artifact) : undefined;
    return isEvaluation(value) ? [{ ...value, stage: artifact.stage }] : [];
  });
}

export function classCountsIn(artifacts: readonly ReportArtifact[]): ClassCounts | undefined {
  return artifacts
    .filter(({ file }) => file === 'tasks.json')
    .map(jsonOf)
    .find(isClassCounts);
}

/** Returns the histories of the training stages, in the order of the stages. */
export function historiesIn(artifacts: readonly ReportArtifact[]): readonly StageHistory[] {
  return artifacts.flatMap((artifact) => {
    const epochs = artifact.file === 'history.json' ? epochsIn(jsonOf(artifact)) : undefined;
    if (epochs === undefined) return [];
    const model = artifacts.find(({ stage, output }) => stage === artifact.stage && output === 'model');
    const facts =
      model && (jsonIn(path.join(model.path, 'pipeline.json')) as { readonly epochs?: unknown } | undefined);
    const trained = typeof facts?.epochs === 'number' ? facts.epochs : epochs.length;
    return [{ stage: artifact.stage, epochsBefore: Math.max(0, trained - epochs.length), epochs }];
  });
}

/** Opens the first shards of a run. The caller closes them. */
export async function shardsIn(artifacts: readonly ReportArtifact[]): Promise<ShardSet | undefined> {
  for (const { kind, output, path: folder } of artifacts) {
    const opened = kind === 'directory' && output === 'shards' ? await openShards(folder) : undefined;
    if (opened?.ok) return opened.value;
  }
  return undefined;
}

/** Returns the samples that the ingest stage found. */
export async function samplesIn(artifacts: readonly ReportArtifact[]): Promise<SampleTable | undefined> {
  for (const { file, path: table } of artifacts) {
    const read = file === 'samples.arrow' ? await readSamples(table) : undefined;
    if (read?.ok) return read.value;
  }
  return undefined;
}

/** Returns the samples of the evaluation of a stage. */
export async function evaluatedSamples(
  artifacts: readonly ReportArtifact[],
  stage: string,
): Promise<readonly EvaluatedSample[]> {
  const artifact = artifacts.find((each) => each.stage === stage && each.file === 'samples.arrow');
  const read = artifact && (await readPredictedSamples(artifact.path));
  return read?.ok ? read.value : [];
}

/** Returns the explained samples, and the folder of their pictures. */
export function explanationsIn(
  artifacts: readonly ReportArtifact[],
): readonly { readonly folder: string; readonly explanations: readonly Explanation[] }[] {
  return artifacts.flatMap(({ kind, output, path: folder }) => {
    if (kind !== 'directory' || output !== 'explanations') return [];
    const value = jsonIn(path.join(folder, EXPLANATIONS_FILE)) as { readonly explanations?: unknown } | undefined;
    const explanations = value?.explanations;
    return Array.isArray(explanations) && explanations.every(isExplanation) ? [{ folder, explanations }] : [];
  });
}

function jsonOf(artifact: ReportArtifact): unknown {
  return jsonIn(artifact.path);
}

/** Returns nothing if the file is missing, too large or not JSON: a stage of another pipeline may have written it. */
function jsonIn(file: string): unknown {
  const text = readText(file, 'stageJson');
  return text.ok ? parseJson(text.value)?.value : undefined;
}

function isExplanation(value: unknown): value is Explanation {
  const { file, task, truth, predicted, pictures } = (value ?? {}) as Partial<Explanation>;
  return (
    [file, task].every((each) => typeof each === 'string') &&
    [truth, predicted].every((each) => each === undefined || typeof each === 'number') &&
    isPicture(pictures?.image) &&
    [pictures?.predicted, pictures?.truth].every((name) => name === undefined || isPicture(name))
  );
}

/** A list that somebody else has written must not lead out of its folder. */
function isPicture(name: unknown): boolean {
  return typeof name === 'string' && isFileName(name);
}
