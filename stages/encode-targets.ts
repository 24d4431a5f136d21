import { badInput, defineStage } from 'pipeline';
import { readSamples } from '../src/vision/data/tables/samples.ts';
import { writeTargets } from '../src/vision/data/tables/targets.ts';

/** Encodes the labels of the samples as one one-hot matrix per task. */
export default defineStage({
  inputs: ['samples'],
  outputs: ['targets.arrow'],
  async run({ inputs, outputs }) {
    const samples = await readSamples(inputs.samples);
    if (!samples.ok) return badInput(samples.failure);
    await writeTargets(outputs.targets, samples.value);
  },
});
