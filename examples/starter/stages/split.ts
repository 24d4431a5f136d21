import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { badInput, defineStage } from 'pipeline';

/** Parts the samples: some to learn from, the others to judge by. The same seed parts them in the same way. */
export default defineStage({
  params: {
    type: 'object',
    properties: {
      validation_fraction: {
        description: 'The share to judge by.',
        type: 'number',
        minimum: 0.1,
        maximum: 0.9,
        default: 0.2,
      },
      seed: { type: 'integer', default: 1 },
    },
  },
  inputs: ['samples'],
  outputs: ['train.csv', 'validation.csv'],
  run({ params, inputs, outputs, metrics }) {
    const [header = '', ...rows] = readFileSync(inputs.samples, 'utf8').trimEnd().split('\n');
    const wrong = rows.findIndex((row) => !/^-?[\d.]+,-?[\d.]+$/.test(row));
    if (wrong >= 0) {
      const at = { file: inputs.samples, line: wrong + 2 };
      return badInput([{ message: 'this is not x,y', at, advice: 'Write two numbers with a comma between them.' }]);
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
