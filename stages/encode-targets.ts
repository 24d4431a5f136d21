import { badInput, defineStage } from 'pipeline';
import { readClassNames } from '../src/vision/data/tables/class-names.ts';
import { readSamples } from '../src/vision/data/tables/samples.ts';
import { writeTargets } from '../src/vision/data/tables/targets.ts';

/** Encodes the labels of the samples as one one-hot matrix per task, with the names of the classes. */
export default defineStage({
  inputs: ['samples', 'tasks?'],
  outputs: ['targets.arrow'],
  async run({ inputs, outputs }) {
    const samples = await readSamples(inputs.samples);
    if (!samples.ok) return badInput(samples.failure);
    const classNames = await readClassNames(inputs.tasks);
    if (!classNames.ok) return badInput(classNames.failure);
    await writeTargets(outputs.targets, samples.value, classNames.value);
  },
});
