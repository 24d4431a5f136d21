import { Project } from '../../support/project.ts';

/**
 * A small but realistic pipeline with every kind of dependency that a stage can have:
 *
 *     data ─┬→ gather ──→ train → score → report
 *           └→ texts ───────────────────────┘
 */
const FILES = {
  'pipeline.yaml': `# fruit
name: fruit
params:
  scale: 2 # shared
  tags: [ripe, green]
  optimizer: { kind: adam, rate: 0.1 }
  source: ./data
profiles:
  large: { scale: 10 }
  same: { scale: 2 }
stages:
  gather:
    module: stages/gather.ts
    inputs: { folder: "\${source}" }
  texts:
    module: stages/texts.ts
    inputs: { folder: { path: ./data, include: ["**/*.txt"], exclude: ["drafts/**"] } }
  train:
    module: stages/train.ts
    inputs: { table: gather.table }
    params: { scale: "\${scale}", tags: "\${tags}", optimizer: "\${optimizer}" }
  score:
    module: stages/score.ts
    inputs: { model: train.model, labels: ./labels.csv }
    env: [UNIT]
  report:
    module: stages/report.ts
    inputs: { score: score.score, texts: texts.table }
`,
  'labels.csv': 'apple,1\n',
  'data/apple.txt': 'red\n',
  'data/inner/pear.txt': 'green\n',
  'data/photo.bin': '\u0001\u0002',
  'data/drafts/fig.txt': 'violet\n',
  // Trims white space, so that a change of it reruns the stage and leaves downstream stages cached (early cutoff).
  'stages/gather.ts': `import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineStage } from 'pipeline';

export default defineStage({
  inputs: ['folder'],
  outputs: ['table.json'],
  run({ inputs, outputs }) {
    const files = readdirSync(inputs.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
    const rows = files.map((file) => [file.slice(inputs.folder.length), readFileSync(file, 'utf8').trim()]);
    writeFileSync(outputs.table, JSON.stringify(rows));
  },
});
`,
  // Reads whatever it finds: it relies on the filter of its input.
  'stages/texts.ts': `import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { defineStage } from 'pipeline';

export default defineStage({
  inputs: ['folder'],
  outputs: ['table.json'],
  run({ inputs, outputs }) {
    const entries = readdirSync(inputs.folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    const files = entries.map((entry) => relative(inputs.folder, join(entry.parentPath, entry.name))).sort();
    const texts = files.map((file) => file + ': ' + readFileSync(join(inputs.folder, file), 'utf8').trim());
    writeFileSync(outputs.table, JSON.stringify(texts));
  },
});
`,
  'stages/train.ts': `import { readFileSync, writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';
import defaults from '../lib/defaults.json' with { type: 'json' };
import { round, weigh } from '../lib/index.ts';
import type { Options } from '../lib/types.ts';
import { direct } from 'direct';

// Fits nothing at all.
export default defineStage({
  params: {
    type: 'object',
    properties: {
      scale: { type: 'number', description: 'A factor.' },
      tags: { type: 'array', items: { type: 'string' } },
      optimizer: { type: 'object' },
      epochs: { type: 'integer', default: 3 },
    },
    required: ['scale', 'tags', 'optimizer'],
  },
  inputs: ['table', 'start?'],
  outputs: ['model.json', 'log.txt'],
  async run({ params, inputs, outputs }) {
    const options: Options = { size: params.scale };
    const { later } = await import('../lib/later.ts');
    const weights = [weigh(options.size), round(later), defaults.bias, direct(params.epochs)];
    const table = readFileSync(inputs.table, 'utf8');
    writeFileSync(outputs.model, JSON.stringify([weights, params, table, process.versions.node !== '']));
    writeFileSync(outputs.log, 'always the same');
  },
});
`,
  'lib/index.ts': `export { Kind } from './kind.ts';
export { round } from './round.ts';
export * from './weigh.ts';
export { unused } from './unused.ts';
`,
  'lib/kind.ts': 'export enum Kind { sweet = 1, sour = 2 }\n',
  'lib/round.ts': 'export function round(value: number): number {\n  return Math.round(value);\n}\n',
  'lib/weigh.ts': `import { Kind } from './kind.ts';
import { factor } from './factor.ts';

const sour = false;

export function weigh(size: number): number {
  if (sour) return -1;
  return size * factor * Kind.sweet;
}

export function nobodyCallsThis(): string {
  return 'idle';
}
`,
  'lib/factor.ts': 'export const factor = 1.5;\n',
  'lib/later.ts': 'export const later = 4.4;\n',
  'lib/unused.ts': "export const unused = () => 'unused';\n",
  'lib/types.ts': 'export interface Options {\n  size: number;\n}\n',
  'lib/defaults.json': '{ "bias": 0.5, "note": "x" }\n',
  'lib/metrics.ts': 'export const accuracy = (text: string) => text.length;\n',
  'stages/score.ts': `import { readFileSync, writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';
import { accuracy } from '../lib/metrics.ts';

export default defineStage({
  inputs: ['model', 'labels'],
  outputs: ['score'],
  run({ inputs, outputs }) {
    const text = readFileSync(inputs.model, 'utf8') + readFileSync(inputs.labels, 'utf8');
    writeFileSync(outputs.score, [accuracy(text), text, process.env.UNIT, process.env.OTHER].join(' '));
  },
});
`,
  'stages/report.ts': `import { readFileSync, writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';
import { round } from '../lib/round.ts';

export default defineStage({
  inputs: ['score', 'texts'],
  outputs: ['page'],
  run({ inputs, outputs }) {
    const text = readFileSync(inputs.score, 'utf8') + readFileSync(inputs.texts, 'utf8');
    writeFileSync(outputs.page, text + round(1.2));
  },
});
`,
  'packages/linked/package.json': '{ "name": "linked", "version": "1.0.0", "type": "module", "main": "index.js" }',
  'packages/linked/index.js': 'export const direct = (n) => n + 1;\n',
  'node_modules/direct/package.json':
    '{ "name": "direct", "version": "1.0.0", "main": "index.js", "dependencies": { "indirect": "^1.0.0" } }',
  'node_modules/direct/index.js': "exports.direct = require('indirect').indirect;\n",
  'node_modules/direct/other.js': "exports.direct = require('indirect').indirect;\n",
  'node_modules/indirect/package.json': '{ "name": "indirect", "version": "1.0.0", "main": "index.js" }',
  'node_modules/indirect/index.js': 'exports.indirect = (n) => n + 1;\n',
  'node_modules/other/package.json': '{ "name": "other", "version": "1.0.0", "main": "index.js" }',
  'node_modules/other/index.js': 'exports.other = 1;\n',
};

export const ALL = ['gather', 'report', 'score', 'texts', 'train'];

/** `train` and its downstream stages. */
export const TRAIN = ['report', 'score', 'train'];

export function fruit(atEnd: (cleanUp: () => void) => void): Project {
  return new Project(FILES, atEnd);
}

/** Restores every file of the project. */
export function restore(project: Project): void {
  for (const part of ['data', 'lib', 'stages', 'packages', 'node_modules']) {
    for (const entry of project.list(part)) {
      const path = `${part}/${entry}`;
      if (path !== 'node_modules/pipeline') project.remove(path);
    }
  }
  for (const [path, text] of Object.entries(FILES)) project.write(path, text);
  for (const path of ['tsconfig.json', 'package.json']) if (project.exists(path)) project.remove(path);
}
