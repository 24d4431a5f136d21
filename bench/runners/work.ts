/** What a stage does; the code is the same in every tool. */
export type Work = 'join' | 'sum-sizes' | 'large-file' | 'many-files';

const WORK: Readonly<Record<Work, string>> = {
  join: `import { readFileSync, writeFileSync } from 'node:fs';

function work(output, value, inputs) {
  writeFileSync(output, inputs.map((input) => readFileSync(input, 'utf8')).join('') + value + '\\n');
}
`,
  'sum-sizes': `import { readdirSync, statSync, writeFileSync } from 'node:fs';

function work(output, value, [directory]) {
  let sum = 0;
  for (const folder of readdirSync(directory))
    for (const file of readdirSync(directory + '/' + folder)) sum += statSync(directory + '/' + folder + '/' + file).size;
  writeFileSync(output, value + ' ' + sum + '\\n');
}
`,
  'large-file': `import { createCipheriv, createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';

function work(output, value) {
  const cipher = createCipheriv('aes-256-ctr', createHash('sha256').update(value).digest(), Buffer.alloc(16));
  const zeros = Buffer.alloc(1_000_000);
  const file = openSync(output, 'w');
  for (let written = 0; written < 200; written++) writeSync(file, cipher.update(zeros));
  closeSync(file);
}
`,
  'many-files': `import { createCipheriv, createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';

function work(output, value) {
  const cipher = createCipheriv('aes-256-ctr', createHash('sha256').update(value).digest(), Buffer.alloc(16));
  const zeros = Buffer.alloc(20_500);
  for (let folder = 0; folder < 10; folder++) {
    mkdirSync(output + '/' + folder, { recursive: true });
    for (let file = 0; file < 1000; file++) writeFileSync(output + '/' + folder + '/' + file, cipher.update(zeros));
  }
}
`,
};

/** Returns the source of a program that is run as `node PROGRAM OUTPUT PARAMS-FILE INPUT…`. */
export function programText(work: Work): string {
  return `${WORK[work]}
import { mkdirSync as makeDirectory, readFileSync as read } from 'node:fs';
const [output, params, ...inputs] = process.argv.slice(2);
makeDirectory('out', { recursive: true });
work(output, JSON.parse(read(params, 'utf8')).value, inputs);
`;
}

/** Returns the source of a stage module for our runner. */
export function moduleText(work: Work): string {
  return `import { defineStage } from 'pipeline';
${WORK[work]}
export default defineStage({
  params: { type: 'object', properties: { value: { type: 'string' } }, required: ['value'] },
  inputs: ['first?', 'second?', 'third?'],
  outputs: ['${resultName(work)}'],
  run({ params, inputs, outputs }) {
    work(outputs.result, params.value, [inputs.first, inputs.second, inputs.third].filter((input) => input !== undefined));
  },
});
`;
}

/** Returns the file name of a result that our runner exports. */
export function resultName(work: Work): string {
  return work === 'many-files' ? 'result' : 'result.txt';
}
