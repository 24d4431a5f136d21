import { readFileSync, writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  inputs: ['features'],
  outputs: ['report.txt'],
  run({ inputs, outputs }) {
    const [, ...rows] = readFileSync(inputs.features, 'utf8').trimEnd().split('\n');
    const lines = rows.map((row) => row.replace(',', ' is in bin '));
    writeFileSync(outputs.report, `${lines.join('\n')}\n`);
  },
});
