import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { declarePipeline } from '../../../src/engine/plan/declaration.ts';
import { type Plan, planPipeline } from '../../../src/engine/plan/plan.ts';
import { planToJson } from '../../../src/engine/plan/plan-json.ts';
import { type ResolvedStage, resolvePipeline } from '../../../src/engine/plan/resolve.ts';
import type { StageInterface } from '../../../src/engine/plan/stage-interface.ts';
import type { Result } from '../../../src/shared/problem.ts';
import { Project } from '../../support/project.ts';
import { unwrap } from '../../support/result.ts';
import { mutated, REAL, RICH, shaped, text } from './pipeline-texts.ts';

function plan(text: string): Result<Plan> {
  const declared = declarePipeline('pipeline.yaml', text);
  if (!declared.ok) return declared;
  const resolved = resolvePipeline(declared.value, '/project', { set: [] });
  if (!resolved.ok) return resolved;
  return planPipeline(resolved.value, interfaceOf, []);
}

/** A declaration that accepts whatever a stage is given; some inputs are collecting. */
function interfaceOf({ inputs }: ResolvedStage): StageInterface {
  const names = [...inputs.keys()].map((name) => (/^(models|one)$/.test(name) ? `${name}[]` : name));
  const outputs = ['out', 'model', 'score.json', 'images', 'samples', 'questions', 'shards', 'targets'];
  return { params: {}, inputs: names, outputs };
}

/** Checks that a text yields a consistent plan, or problems with a place. */
function check(text: string): void {
  const made = plan(text);
  if (made.ok) {
    const names = new Set<string>();
    for (const stage of made.value.stages) {
      expect(names.has(stage.name)).toBe(false);
      for (const dependency of stage.dependencies) expect(names.has(dependency)).toBe(true);
      names.add(stage.name);
    }
    expect(JSON.parse(JSON.stringify(planToJson(made.value)))).toBeTruthy();
    return;
  }
  expect(made.failure.length).toBeGreaterThan(0);
  const lines = text.split('\n').length;
  for (const { message, at } of made.failure) {
    expect(message).not.toBe('');
    expect(at?.file).toBe('pipeline.yaml');
    expect(at?.line).toBeGreaterThanOrEqual(1);
    expect(at?.line).toBeLessThanOrEqual(lines);
    expect(at?.column).toBeGreaterThanOrEqual(1);
  }
}

const RUNS = { seed: Number(process.env['FUZZ_SEED'] ?? 20_180_401), numRuns: Number(process.env['FUZZ_RUNS'] ?? 300) };

describe('any text yields a plan, or problems with a place', () => {
  test('the two pipeline files that are mutated below are valid', () => {
    for (const right of [REAL, RICH]) expect(unwrap(plan(right)).stages.length).toBeGreaterThan(7);
  });

  test('random text yields problems with a place', () => {
    fc.assert(fc.property(text, check), RUNS);
  });

  test('a pipeline file with a few mutations yields a plan, or problems with a place', () => {
    fc.assert(fc.property(mutated, check), RUNS);
  });

  test('values of any type at any place yield a plan, or problems with a place', () => {
    fc.assert(fc.property(shaped, check), RUNS);
  });

  test.each<[string, string]>([
    ['flow lists', '['.repeat(20_000)],
    ['closed flow lists', `stages: ${'['.repeat(3000)}${']'.repeat(3000)}`],
    ['flow maps', `stages: ${'{ a: '.repeat(20_000)}`],
    ['block maps', Array.from({ length: 2000 }, (_, index) => `${' '.repeat(index)}a:`).join('\n')],
    ['block lists', '- '.repeat(20_000)],
    ['anchors', `stages: ${'&a '.repeat(5000)}`],
    ['an unclosed quote', `stages: "${'\\\n'.repeat(20_000)}`],
    ['one long key', `${'k'.repeat(200_000)}: 1`],
    ['comments', '# x\n'.repeat(50_000)],
    ['documents', '---\n'.repeat(5000)],
    ['keys', Array.from({ length: 10_000 }, (_, index) => `k${index}: x`).join('\n')],
    ['the same key', 'k: x\n'.repeat(5000)],
    [
      'merges of merges',
      `${Array.from({ length: 40 }, (_, n) => `a${n}: &a${n} { p: { <<: *a${n - 1} }, q: { <<: *a${n - 1} } }`)
        .join('\n')
        .replaceAll('*a-1', '{ x: 1 }')}\nstages: { a: *a39 }`,
    ],
    [
      'shared params that double',
      `params:\n  p0: x\n${Array.from({ length: 60 }, (_, n) => `  p${n + 1}: ["\${p${n}}", "\${p${n}}"]`).join('\n')}
stages: { a: { module: a.ts, params: { p: "\${p60}" } } }`,
    ],
    [
      'shared params that double as text',
      `params:\n  p0: x\n${Array.from({ length: 60 }, (_, n) => `  p${n + 1}: "\${p${n}}\${p${n}}"`).join('\n')}
stages: { a: { module: a.ts, params: { p: "\${p60}" } } }`,
    ],
    [
      'a long chain of shared params',
      `params:\n  p0: x\n${Array.from({ length: 20_000 }, (_, n) => `  p${n + 1}: "\${p${n}}"`).join('\n')}
stages: { a: { module: a.ts, params: { p: "\${p20000}" } } }`,
    ],
    [
      'a matrix with thirty dimensions',
      `stages: { a: { module: a.ts, matrix: { ${Array.from({ length: 30 }, (_, n) => `d${n}: [1, 2, 3]`).join(', ')} } } }`,
    ],
    [
      'two large unrelated matrices',
      `params: { n: [${[...Array(3000).keys()]}] }
stages:
  a: { module: a.ts, matrix: { x: "\${n}" }, params: { x: "\${matrix.x}" } }
  b: { module: b.ts, matrix: { y: "\${n}" }, params: { y: "\${matrix.y}" }, inputs: { models: a.out } }`,
    ],
    [
      'the same error ten thousand times',
      `stages:\n${Array.from({ length: 10_000 }, (_, n) => `  s${n}: { module: a.ts, inputs: { data: nowhere.out } }`).join('\n')}`,
    ],
  ])('a pipeline file with excessive content is rejected: %s', (_what, long) => {
    const made = plan(long);
    expect(made.ok).toBe(false);
    check(long);
  });
});

describe('pipeline status', () => {
  test.each([
    ['nothing', ''],
    ['no YAML', '{'],
    ['bytes', '\0\u0001\uFFFD%@'],
    ['lists without end', '['.repeat(100_000)],
    ['null everywhere', 'stages: { a: { module: null, params: null, inputs: null, matrix: null } }'],
    ['an odd key', 'stages: { __proto__: { module: a.ts }, ? [x] : 1 }'],
  ])('pipeline status exits with 2 and without a stack trace for a file with %s', async (_what, text) => {
    const { exitCode, stderr } = await new Project({ 'pipeline.yaml': text }).pipeline('status');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^error: pipeline\.yaml:\d+:\d+: /);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
