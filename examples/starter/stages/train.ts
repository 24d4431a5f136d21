import { writeFileSync } from 'node:fs';
import { defineStage, failed } from 'pipeline';
import { errorAt, type Line, meanSquaredError, readSamples } from '../lib/line.ts';

/** Fits a line to the samples by gradient descent. */
export default defineStage({
  params: {
    type: 'object',
    properties: {
      learning_rate: { description: 'Step size of gradient descent.', type: 'number', exclusiveMinimum: 0 },
      epochs: { description: 'Number of passes over all samples.', type: 'integer', minimum: 1, default: 100 },
    },
    required: ['learning_rate'],
  },
  inputs: ['samples'],
  outputs: ['model.json'],
  run({ params, inputs, outputs, log, progress, metrics }) {
    const samples = readSamples(inputs.samples);
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    let line: Line = { slope: 0, intercept: 0 };
    for (let epoch = 1; epoch <= params.epochs; epoch += 1) {
      const { slope, intercept } = line;
      const errors = samples.map((sample) => ({ x: sample.x, error: errorAt(line, sample) }));
      line = {
        slope: slope - params.learning_rate * mean(errors.map(({ x, error }) => 2 * error * x)),
        intercept: intercept - params.learning_rate * mean(errors.map(({ error }) => 2 * error)),
      };
      progress({ done: epoch, total: params.epochs, unit: 'epochs' });
    }
    const loss = meanSquaredError(line, samples);
    if (!Number.isFinite(loss)) {
      return failed([
        { message: 'training diverged: the loss is not finite', advice: 'Reduce learning_rate in pipeline.yaml.' },
      ]);
    }
    log(`y = ${line.slope.toFixed(3)} · x + ${line.intercept.toFixed(3)}`);
    metrics({ loss });
    writeFileSync(outputs.model, JSON.stringify(line));
  },
});
