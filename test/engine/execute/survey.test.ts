import { basename } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import type { Services } from '../../../src/engine/execute/services.ts';
import { keysOf, possibleStages, survey } from '../../../src/engine/execute/survey.ts';
import { type Finished, Project } from '../../support/project.ts';
import { sessionOf } from '../../support/session.ts';

const COPY = `import { cpSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  params: { type: 'object', properties: { of: { type: 'string' } }, required: ['of'] },
  inputs: ['from'],
  outputs: ['copy'],
  run: ({ inputs, outputs }) => cpSync(inputs.from, outputs.copy, { recursive: true }),
});
`;

/** `a` and `b` read an input path each, and `after-a` follows from `a`. */
function pipeline(a = 'a'): string {
  return `stages:
  ${a}: { module: copy.ts, inputs: { from: ./data-a }, params: { of: a } }
  b: { module: copy.ts, inputs: { from: ./data-b }, params: { of: b } }
  after-a: { module: copy.ts, inputs: { from: ${a}.copy }, params: { of: after } }
`;
}

let project: Project;
let run: Finished;

beforeEach(async () => {
  project = new Project({
    ...{ 'pipeline.yaml': pipeline(), 'copy.ts': COPY },
    ...{ 'data-a/1': '1', 'data-a/2': '2', 'data-b/1': '3' },
  });
  run = await project.run();
});

/** Opens the pipeline, and returns it with what of the disk is looked at from now on. */
async function open(): Promise<{ readonly services: Services; readonly lookedAt: () => readonly string[] }> {
  const { services, close } = await sessionOf(project);
  onTestFinished(close);
  const spy = vi.spyOn(services.paths, 'of');
  return { services, lookedAt: () => spy.mock.calls.map(([path]) => basename(path)) };
}

const keyIn = (stage: string) => run.stages.find(({ name }) => name === stage)?.key;

describe('the keys of stages', () => {
  test('are found from their own inputs and the records of their upstream stages, not from what is in the cache', async () => {
    const { services, lookedAt } = await open();
    const keys = await keysOf(services, ['after-a']);
    expect([...keys].map(([name, { key }]) => [name, key])).toEqual(
      ['a', 'after-a'].map((name) => [name, keyIn(name)]),
    );
    expect(lookedAt()).toEqual(['data-a']);
  });

  test('are unknown downstream of a stage that has no result', async () => {
    project.edit('data-a/1', '1', 'other');
    const { services } = await open();
    const keys = await keysOf(services, ['after-a', 'b']);
    expect([...keys.keys()]).toEqual(['a', 'b']);
    expect(keys.get('a')?.record).toBeUndefined();
    expect(keys.get('b')?.record?.key).toBe(keyIn('b'));
  });

  test('cost no second look at an input after a survey', async () => {
    const { services, lookedAt } = await open();
    await survey(services, ['b']);
    await keysOf(services, ['a', 'b']);
    expect(lookedAt().filter((name) => name.startsWith('data-'))).toEqual(['data-b', 'data-a']);
  });
});

test('a result may belong to the stages with its code and its params, whatever their names are', async () => {
  const { services } = await open();
  const records = [...services.stores.index.records()];
  const recordOf = (name: string) => records.filter(({ provenance }) => provenance.stage === name);
  expect(possibleStages(recordOf('b'), services)).toEqual(['b']);
  expect(possibleStages([...recordOf('a'), ...recordOf('after-a')], services)).toEqual(['a', 'after-a']);
  expect(possibleStages([], services)).toEqual([]);
});

test('the result of a stage that was renamed is still current', async () => {
  project.write('pipeline.yaml', pipeline('renamed'));
  const { stdout } = await project.pipeline('cache', 'ls', 'a', '--json');
  expect(JSON.parse(stdout)).toMatchObject({ stage: 'a', current: true });
  const inspected = await project.pipeline('inspect', keyIn('a')?.slice(0, 20) ?? '', '--json');
  expect(inspected.stdout).toContain('"currentOf":["renamed"]');
});

test('a result is not current any more once its params or its input have changed', async () => {
  const isCurrent = async () => JSON.parse((await project.pipeline('cache', 'ls', 'b', '--json')).stdout).current;
  expect(await isCurrent()).toBe(true);
  project.edit('pipeline.yaml', 'of: b', 'of: c');
  expect(await isCurrent()).toBe(false);
  project.edit('pipeline.yaml', 'of: c', 'of: b');
  project.edit('data-b/1', '3', 'other');
  expect(await isCurrent()).toBe(false);
});
