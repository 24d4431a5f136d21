import { describe, expect, test } from 'vitest';
import { declarePipeline } from '../../../src/engine/plan/declaration.ts';
import { planFromJson, planToJson } from '../../../src/engine/plan/plan-json.ts';
import { resolvePipeline } from '../../../src/engine/plan/resolve.ts';
import { planOf } from '../../support/plan.ts';
import { unwrap } from '../../support/result.ts';

const STAGES = 'stages: { a: { module: a.ts } }\n';
const INTERFACES = { 'a.ts': { outputs: ['out'] } };

describe('runtime facts that a pipeline file declares', () => {
  const text = `${STAGES}runtime_facts:
  ort:
    packages: [onnxruntime-node]
    files: [bin/libonnxruntime.so.1]
    env: [ORT_THREADS]
    device: true
  blas: { packages: [blas], device: true }
`;

  test('runtime facts are part of the plan, with empty lists for omitted keys', () => {
    expect(unwrap(planOf(text, INTERFACES)).runtimeFacts).toEqual([
      {
        name: 'ort',
        packages: ['onnxruntime-node'],
        files: ['bin/libonnxruntime.so.1'],
        env: ['ORT_THREADS'],
        device: true,
      },
      { name: 'blas', packages: ['blas'], files: [], env: [], device: true },
    ]);
  });

  test('runtime facts are stored with the plan', () => {
    const plan = unwrap(planOf(text, INTERFACES));
    expect(planFromJson(JSON.parse(JSON.stringify(planToJson(plan))))).toEqual(plan);
  });

  test('a plan has no runtime facts by default', () => {
    expect(unwrap(planOf(STAGES, INTERFACES)).runtimeFacts).toEqual([]);
  });
});

test.each<[string, string, string, string]>([
  [
    'the name of a built-in fact',
    'tensorflow: { packages: [tf], device: true }',
    '3:3 runtime fact "tensorflow" is built in and cannot be redeclared',
    'Choose another name. The action key then contains both facts.',
  ],
  [
    'nothing but packages',
    'ort: { packages: [ort], device: false }',
    '3:3 runtime fact "ort" has none of files, env and device',
    'Add what the results of the packages depend on: files, env or device.',
  ],
])('a runtime fact with %s is rejected with its place', (_what, facts, message, advice) => {
  const declared = unwrap(declarePipeline('pipeline.yaml', `${STAGES}runtime_facts:\n  ${facts}\n`));
  const resolved = resolvePipeline(declared, '/project', { set: [] }, ['tensorflow']);
  const problems = resolved.ok ? [] : resolved.failure;
  expect(problems.map(({ at, message: text }) => `${at?.line}:${at?.column} ${text}`)).toEqual([message]);
  expect(problems[0]?.advice).toBe(advice);
});
