import { describe, expect, test } from 'vitest';
import { declarePipeline } from '../../../src/engine/plan/declaration.ts';
import { planFromJson, planToJson } from '../../../src/engine/plan/plan-json.ts';
import { resolvePipeline } from '../../../src/engine/plan/resolve.ts';
import { planOf } from '../../support/plan.ts';
import { unwrap } from '../../support/result.ts';

const STAGES = 'stages: { a: { module: a.ts } }\n';
const INTERFACES = { 'a.ts': { outputs: ['out'] } };

describe('the runtime facts of a pipeline file', () => {
  const text = `${STAGES}runtime_facts:
  ort:
    packages: [onnxruntime-node]
    files: [bin/libonnxruntime.so.1]
    env: [ORT_THREADS]
    device: true
  blas: { packages: [blas], device: true }
`;

  test('are part of the plan, with what they leave out as none', () => {
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

  test('are remembered with the plan', () => {
    const plan = unwrap(planOf(text, INTERFACES));
    expect(planFromJson(JSON.parse(JSON.stringify(planToJson(plan))))).toEqual(plan);
  });

  test('are none by default', () => {
    expect(unwrap(planOf(STAGES, INTERFACES)).runtimeFacts).toEqual([]);
  });
});

test.each<[string, string, string, string]>([
  [
    'the name of a built-in fact',
    'tensorflow: { packages: [tf], device: true }',
    '3:3 runtime fact "tensorflow" is built in, and cannot be declared again',
    'Give it another name: what it declares then counts together with the built-in fact.',
  ],
  [
    'nothing but packages',
    'ort: { packages: [ort], device: false }',
    '3:3 runtime fact "ort" says nothing about its packages',
    'Add what their results depend on: files, env or device.',
  ],
])('a runtime fact with %s is refused, with its place', (_what, facts, message, advice) => {
  const declared = unwrap(declarePipeline('pipeline.yaml', `${STAGES}runtime_facts:\n  ${facts}\n`));
  const resolved = resolvePipeline(declared, '/project', { set: [] }, ['tensorflow']);
  const problems = resolved.ok ? [] : resolved.failure;
  expect(problems.map(({ at, message: text }) => `${at?.line}:${at?.column} ${text}`)).toEqual([message]);
  expect(problems[0]?.advice).toBe(advice);
});
