import { readFileSync, writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';
import { type Line, meanSquaredError, readSamples } from '../lib/line.ts';

/** Evaluates the model on samples that were not used for training. */
export default defineStage({
  inputs: ['samples', 'model'],
  outputs: ['evaluation.json'],
  run({ inputs, outputs, metrics }) {
    const model: Line = JSON.parse(readFileSync(inputs.model, 'utf8'));
    const error = meanSquaredError(model, readSamples(inputs.samples));
    metrics({ error });
    writeFileSync(outputs.evaluation, JSON.stringify({ error }));
  },
});
