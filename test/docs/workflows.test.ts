import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { blocksIn } from '../../scripts/docs/markdown.ts';
import { readAction } from '../support/github-action.ts';

interface Workflow {
  readonly jobs?: Readonly<
    Record<
      string,
      { readonly steps?: readonly { readonly uses?: string; readonly with?: Readonly<Record<string, unknown>> }[] }
    >
  >;
}

const page = readFileSync(join(import.meta.dirname, '../../docs/ci.md'), 'utf8');
const workflows = blocksIn(page)
  .filter(({ language }) => language === 'yaml')
  .map(({ text }) => parse(text) as Workflow);
const steps = workflows.flatMap(({ jobs = {} }) => Object.values(jobs).flatMap((job) => job.steps ?? []));

test.each([
  ['action.yml', /^OWNER\/pipeline@/],
  ['.github/actions/comment/action.yml', /^OWNER\/pipeline\/\.github\/actions\/comment@/],
])('the workflows of docs/ci.md give %s inputs that it has', (path, name) => {
  const used = steps.filter(({ uses = '' }) => name.test(uses));
  expect(used).not.toEqual([]);
  const given = used.flatMap(({ with: inputs = {} }) => Object.keys(inputs));
  expect(given.filter((input) => !(input in readAction(path).inputs))).toEqual([]);
});

test('docs/ci.md mentions inputs of the action only by their names', () => {
  const sentence = /`working-directory`.*?the other inputs/s.exec(page)?.[0] ?? '';
  const named = [...sentence.matchAll(/`([a-z-]+)`/g)].map(([, input = '']) => input);
  expect(named).toHaveLength(4);
  expect(named.filter((input) => !(input in readAction('action.yml').inputs))).toEqual([]);
});
