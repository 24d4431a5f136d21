import { badInput, defineStage } from '../../index.ts';
import { readSamples } from '../data/tables/samples.ts';
import { writeTargets } from '../data/tables/targets.ts';

/** Returns the stage that encodes the labels of the samples as one matrix per task, with the names of the classes. */
export function encodeTargetsStage() {
  return defineStage({
    inputs: ['samples'],
    outputs: ['targets.arrow'],
    async run({ inputs, outputs }) {
      const table = await readSamples(inputs.samples);
      if (!table.ok) return badInput(table.failure);
      const written = await writeTargets(outputs.targets, table.value);
      if (!written.ok) return badInput(written.failure);
    },
  });
}
