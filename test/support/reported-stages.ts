import { join } from 'node:path';
import type { ReportArtifact } from '../../src/shared/extensions/report.ts';
import evaluate from '../../stages/evaluate.ts';
import train from '../../stages/train.ts';
import { type LabelledImagesOptions, labelledImages } from './labelled-images.ts';
import { collected, runStage } from './run-stage.ts';

/**
 * The artifacts of a short training and its evaluation, as the report of a run is given them. By default, it is too
 * slow to learn anything, so that there are mistakes.
 */
export async function reportedStages({
  learningRate = 1e-6,
  ...options
}: LabelledImagesOptions & { readonly learningRate?: number } = {}): Promise<readonly ReportArtifact[]> {
  const inputs = await labelledImages(60, options);
  const params = { backbone: 'small-cnn', learning_rate: learningRate, epochs: 2, batch_size: 8, seed: 2018 };
  const trained = await runStage(train, { params, inputs });
  const models = collected(trained.outputs['model'] ?? '');
  const evaluated = await runStage(evaluate, { params: { bootstrap_resamples: 20 }, inputs: { ...inputs, models } });
  const file = (stage: string, output: string, name: string, path = ''): ReportArtifact => ({
    stage,
    output,
    file: name,
    kind: name.includes('.') ? 'file' : 'directory',
    path,
  });
  return [
    file('resize', 'shards', 'shards', inputs.shards),
    file('train', 'model', 'model', trained.outputs['model']),
    file('train', 'history', 'history.json', trained.outputs['history']),
    file('evaluate', 'evaluation', 'evaluation.json', evaluated.outputs['evaluation']),
    file('evaluate', 'samples', 'samples.arrow', evaluated.outputs['samples']),
  ];
}

/** The same artifacts with another file in place of one. */
export function replaced(
  artifacts: readonly ReportArtifact[],
  output: string,
  path: string,
): readonly ReportArtifact[] {
  return artifacts.map((artifact) => (artifact.output === output ? { ...artifact, path: join(path) } : artifact));
}
