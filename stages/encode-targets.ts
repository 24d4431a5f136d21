import { badInput, defineStage } from 'pipeline';
import { readSamples } from '../src/vision/data/tables/samples.ts';
import { writeTargets } from '../src/vision/data/tables/targets.ts';

/** Encodes the labels of the samples as one one-hot matrix per task, with the names of the classes. */
export default defineStage({
  inputs: ['samples'],
  outputs: ['targets.arrow'],
  async run({ inputs, outputs }) {
    const table = await readSamples(inputs.samples);
    if (!table.ok) return badInput(table.failure);
    await writeTargets(outputs.targets, table.value);
  },
});
