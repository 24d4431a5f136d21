import { expect } from 'vitest';
import { type Finished, Project } from '../../support/project.ts';

/** The stage `look` reads a file, a folder, the files of a matrix and a filtered folder. */
const FILES = {
  'pipeline.yaml': `name: names
stages:
  make:
    module: stages/make.ts
  part:
    module: stages/part.ts
    matrix: { seed: [1, 2] }
    params: { seed: "\${matrix.seed}" }
  look:
    module: stages/look.ts
    inputs:
      table: make.features
      model: make.model
      parts: part.part
      texts: { path: ./data, include: ["**/*.txt"], exclude: ["drafts/**"] }
`,
  'data/a.txt': 'a',
  'data/inner/b.txt': 'b',
  'data/photo.bin': 'photo',
  'data/drafts/c.txt': 'c',
  'stages/make.ts': `import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineStage } from 'pipeline';

export default defineStage({
  outputs: ['features.parquet', 'model.keras'],
  run({ outputs }) {
    writeFileSync(outputs.features, 'line 1\\nline 2\\n');
    mkdirSync(join(outputs.model, 'inner'), { recursive: true });
    mkdirSync(join(outputs.model, 'empty'));
    writeFileSync(join(outputs.model, 'weights.bin'), 'weights');
    writeFileSync(join(outputs.model, 'inner/more.bin'), 'more');
  },
});
`,
  'stages/part.ts': `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  params: { type: 'object', properties: { seed: { type: 'number' } }, required: ['seed'] },
  outputs: ['part.csv'],
  run: ({ params, outputs }) => writeFileSync(outputs.part, 'seed ' + params.seed),
});
`,
};

/** A project whose stage `look` has this body; its output is `seen` unless the body writes another one. */
export function looking(body: string): Project {
  return new Project({
    ...FILES,
    'stages/look.ts': `import * as fs from 'node:fs';
import { join, relative } from 'node:path';
import { badInput, defineStage, failed } from 'pipeline';

const below = (folder) =>
  fs.readdirSync(folder, { recursive: true, withFileTypes: true })
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)) + (entry.isFile() ? '' : entry.isDirectory() ? '/' : '?'))
    .sort();

export default defineStage({
  inputs: ['table', 'model', 'parts[]', 'texts'],
  outputs: ['seen.json'],
  run({ inputs, outputs, work, log }) {
    const see = (seen) => fs.writeFileSync(outputs.seen, JSON.stringify(seen));
    ${body}
  },
});
`,
  });
}

/** Returns what `look` has written. */
export function seenBy(project: Project, run: Finished): unknown {
  expect(run.exitCode, run.stderr).toBe(0);
  const digest = run.stages.find(({ name }) => name === 'look')?.outputs['seen'] ?? '';
  return JSON.parse(project.read(`cache/objects/${digest.slice(0, 2)}/${digest.slice(2)}`));
}

export async function seen(body: string): Promise<unknown> {
  const project = looking(body);
  return seenBy(project, await project.run());
}
