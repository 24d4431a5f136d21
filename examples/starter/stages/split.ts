import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { badInput, defineStage } from 'pipeline';

/** Splits the samples into a training set and a validation set. The same seed gives the same split. */
export default defineStage({
  params: {
    type: 'object',
    properties: {
      validation_fraction: {
        description: 'Fraction of the samples that is used for validation.',
        type: 'number',
        minimum: 0.1,
        maximum: 0.9,
        default: 0.2,
      },
      seed: { description: 'Random seed of the split.', type: 'integer', default: 1 },
    },
  },
  inputs: ['samples'],
  outputs: ['train.csv', 'validation.csv'],
  run({ params, inputs, outputs, metrics }) {
    const [header = '', ...rows] = readFileSync(inputs.samples, 'utf8').trimEnd().split('\n');
    const wrong = rows.findIndex((row) => !/^-?[\d.]+,-?[\d.]+$/.test(row));
    if (wrong >= 0) {
      const at = { file: inputs.samples, line: wrong + 2 };
      return badInput([
        { message: 'expected two numbers x,y', at, advice: 'Write two numbers separated by a comma: 0.5,2.0' },
      ]);
    }
    const rank = (row: string) => createHash('sha256').update(`${params.seed} ${row}`).digest('hex');
    const shuffled = rows.toSorted((one, other) => (rank(one) < rank(other) ? -1 : 1));
    const count = Math.round(rows.length * params.validation_fraction);
    const [validation, train] = [shuffled.slice(0, count), shuffled.slice(count)];
    metrics({ train: train.length, validation: validation.length });
    writeFileSync(outputs.train, [header, ...train, ''].join('\n'));
    writeFileSync(outputs.validation, [header, ...validation, ''].join('\n'));
  },
});
