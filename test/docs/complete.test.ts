import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/engine/cli/commands.ts';
import { pipelineSchema } from '../../src/engine/plan/pipeline-schema.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

test('docs/troubleshooting.md has a section for every kind of failure', () => {
  const kinds = [...read('src/engine/execute/failure.ts').matchAll(/readonly kind: '([\w-]+)'/g)].map(
    ([, kind]) => kind,
  );
  expect(kinds).not.toEqual([]);
  const page = read('docs/troubleshooting.md');
  expect(kinds.filter((kind) => !page.includes(`### \`${kind}\`\n`))).toEqual([]);
});

test('docs/pipeline-yaml.md has a section for every key of a pipeline file and of a stage', () => {
  const keys = [...Object.keys(pipelineSchema.properties), ...Object.keys(pipelineSchema.definitions.stage.properties)];
  const page = read('docs/pipeline-yaml.md');
  expect(keys.filter((key) => !new RegExp(`^##+ ${key}( |$)`, 'm').test(page))).toEqual([]);
});

test('docs/commands.md shows every command', () => {
  const names = COMMANDS.flatMap(({ name, hidden }) => (hidden === true ? [] : [name]));
  const page = read('docs/commands.md');
  expect(names.filter((name) => !page.includes(`npx pipeline ${name}`))).toEqual([]);
});
