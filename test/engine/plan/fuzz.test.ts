import { readFileSync } from 'node:fs';
import { join } from 'node:path';
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

const REAL = readFileSync(join(import.meta.dirname, '../../../pipeline.yaml'), 'utf8');

/** Everything that a pipeline file can say. */
const RICH = `name: rich
params: { seeds: [1, 2], rate: 0.1, deep: { a: "\${rate}" }, folder: ./data }
profiles: { quick: { rate: 1, train.epochs: 1 } }
stages:
  first: &base { module: stages/train.ts, retries: 2, timeout: 30m }
  data: { module: stages/data.ts, inputs: { folder: { path: "\${folder}", include: ["**/*.jpg"], exclude: [a] } } }
  train:
    <<: *base
    matrix: { seed: "\${seeds}", backbone: [small, "large one", true, 1.5] }
    inputs: { data: data.out, old: ./old }
    params: { seed: "\${matrix.seed}", net: "a \${matrix.backbone} b", list: &list [1, { a: null }] }
    resources: { cpu: 2, memory: 8GB, gpu: 1 }
    deterministic: false
  evaluate:
    module: stages/evaluate.ts
    matrix: { seed: [1, 2] }
    inputs: { models: train.model, one: train@backbone=small.model }
    params: { list: *list }
    env: [HOME, TOKEN]
  report:
    module: stages/report.ts
    description: |
      all of it
    inputs: { models: evaluate.score }
`;

function plan(text: string): Result<Plan> {
  const declared = declarePipeline('pipeline.yaml', text);
  if (!declared.ok) return declared;
  const resolved = resolvePipeline(declared.value, '/project', { set: [] });
  if (!resolved.ok) return resolved;
  return planPipeline(resolved.value, interfaceOf, []);
}

/** What a module declares that fits whatever the stage is given: some inputs collect. */
function interfaceOf({ inputs }: ResolvedStage): StageInterface {
  const names = [...inputs.keys()].map((name) => (/^(models|one)$/.test(name) ? `${name}[]` : name));
  const outputs = ['out', 'model', 'score.json', 'images', 'samples', 'questions', 'shards', 'targets'];
  return { params: {}, inputs: names, outputs };
}

/** A text gives a plan that holds together, or problems that say where. */
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

const TOKENS = [
  ...['stages', 'params', 'profiles', 'matrix', 'module', 'inputs', 'resources', 'retries', 'timeout', 'env', 'a', 'b'],
  ...[':', ': ', ' ', '  ', '\n', '\r\n', '\t', '- ', '? ', ', ', '{', '}', '[', ']', '{ ', ' }', '\n  ', '\n    '],
  ...[
    '&a ',
    '*a',
    '&b ',
    '*b',
    '<<',
    '<<: *a',
    '!!set ',
    '!!binary ',
    '!!str ',
    '!x ',
    '!',
    '|',
    '|2-',
    '>',
    '#',
    ' #',
  ],
  ...[
    '"',
    "'",
    '""',
    "''",
    '\\',
    '---',
    '\n---\n',
    '...',
    '\n...\n',
    '%YAML 1.1',
    '%TAG ! x',
    '@',
    '`',
    '\uFEFF',
    '\0',
  ],
  ...['null', '~', 'true', '0', '-1', '1e999', '.inf', '.nan', '0x10', '12345678901234567890', '2001-01-01', 'yes'],
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'length', '${', '${a}', '${matrix.a}', '$${a}', '${}'],
  ...['a.out', 'a@b=1.out', 'a@', 'a@b', './a', 'train.model', '8GB', '30m', '\u{1F600}', '\uD800', 'é', '\u2028'],
];

const soup = fc.array(fc.constantFrom(...TOKENS), { maxLength: 60 }).map((tokens) => tokens.join(''));
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => new TextDecoder().decode(bytes)),
  soup,
  soup.map((tokens) => `stages:\n  a: { module: a.ts }\n  b: ${tokens}\n`),
);

/** One change to a text: \`at\` says where, as a part of its length. */
type Mutation = (text: string, at: number, other: number, token: string) => string;

const mutateParts =
  (separator: RegExp, change: (parts: string[], at: number, other: number, token: string) => void): Mutation =>
  (text, at, other, token) => {
    const parts = text.split(separator);
    change(parts, Math.floor(at * parts.length), Math.floor(other * parts.length), token);
    return parts.join('');
  };

const LINES = /(?<=\n)/;
const WORDS = /(?=[\s:,{}[\]&*"#])|(?<=[\s:,{}[\]&*"#])/;

const MUTATIONS: readonly Mutation[] = [LINES, WORDS].flatMap((parts) => [
  mutateParts(parts, (all, at) => void all.splice(at, 1)),
  mutateParts(parts, (all, at) => void all.splice(at, 0, all[at] ?? '')),
  mutateParts(parts, (all, at, other) => {
    [all[at], all[other]] = [all[other] ?? '', all[at] ?? ''];
  }),
  mutateParts(parts, (all, at, _other, token) => {
    all[at] = token;
  }),
  mutateParts(parts, (all, at, _other, token) => void all.splice(at, 0, token)),
  mutateParts(parts, (all, at, other) => {
    all[at] = ' '.repeat(Math.floor(other * 10)) + (all[at] ?? '').trimStart();
  }),
  mutateParts(parts, (all, at) => {
    all.length = at;
  }),
]);

const part = fc.double({ min: 0, max: 0.999, noNaN: true });
const mutated = fc
  .tuple(
    fc.constantFrom(REAL, RICH),
    fc.array(fc.tuple(fc.constantFrom(...MUTATIONS), part, part, fc.constantFrom(...TOKENS)), {
      minLength: 1,
      maxLength: 6,
    }),
  )
  .map(([text, mutations]) => mutations.reduce((before, [mutate, ...how]) => mutate(before, ...how), text));

/** Well-formed YAML of any shape in each place of a pipeline file. */
const anything = fc.jsonValue({ maxDepth: 3 });
const odd = fc.oneof(anything, fc.constantFrom(...TOKENS), fc.double(), fc.constant(null));
const key = fc.oneof(fc.constantFrom('a', 'b', 'data', 'models', '__proto__', 'constructor', ''), fc.string());
const stage = fc.record(
  {
    module: fc.oneof(fc.constant('a.ts'), odd),
    matrix: fc.oneof(fc.dictionary(key, fc.oneof(fc.array(odd, { maxLength: 4 }), odd), { maxKeys: 3 }), odd),
    inputs: fc.oneof(fc.dictionary(key, fc.oneof(fc.constantFrom('a.out', 'b.model', './x', '${a}'), odd)), odd),
    params: fc.oneof(fc.dictionary(key, fc.oneof(fc.constantFrom('${a}', '${matrix.a}', '${b.a} x'), odd)), odd),
    env: odd,
    resources: fc.oneof(fc.record({ cpu: odd, memory: odd, gpu: odd }), odd),
    retries: odd,
    timeout: odd,
    deterministic: odd,
  },
  { requiredKeys: ['module'] },
);
const shaped = fc
  .record(
    {
      name: odd,
      params: fc.oneof(fc.dictionary(key, fc.oneof(fc.constantFrom('${a}', '${b}'), odd)), odd),
      profiles: odd,
      stages: fc.oneof(fc.dictionary(fc.oneof(fc.constantFrom('a', 'b', 'c'), key), fc.oneof(stage, odd)), odd),
    },
    { requiredKeys: ['stages'] },
  )
  .map((value) => JSON.stringify(value, null, 1));

const RUNS = { seed: Number(process.env['FUZZ_SEED'] ?? 20_180_401), numRuns: Number(process.env['FUZZ_RUNS'] ?? 300) };

describe('any text gives a plan, or problems that say where', () => {
  test('the two that are changed are right as they stand', () => {
    for (const right of [REAL, RICH]) expect(unwrap(plan(right)).stages.length).toBeGreaterThan(7);
  });

  test('random text', () => {
    fc.assert(fc.property(text, check), RUNS);
  });

  test('a pipeline file with a few faults', () => {
    fc.assert(fc.property(mutated, check), RUNS);
  });

  test('values of any shape in any place', () => {
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
      'a matrix of everything',
      `stages: { a: { module: a.ts, matrix: { ${Array.from({ length: 30 }, (_, n) => `d${n}: [1, 2, 3]`).join(', ')} } } }`,
    ],
    [
      'two large matrices that know nothing of each other',
      `params: { n: [${[...Array(3000).keys()]}] }
stages:
  a: { module: a.ts, matrix: { x: "\${n}" }, params: { x: "\${matrix.x}" } }
  b: { module: b.ts, matrix: { y: "\${n}" }, params: { y: "\${matrix.y}" }, inputs: { models: a.out } }`,
    ],
    [
      'one fault ten thousand times',
      `stages:\n${Array.from({ length: 10_000 }, (_, n) => `  s${n}: { module: a.ts, inputs: { data: nowhere.out } }`).join('\n')}`,
    ],
  ])('a great deal of %s', (_what, long) => {
    const made = plan(long);
    expect(made.ok).toBe(false);
    check(long);
  });
});

describe('pipeline', () => {
  test.each([
    ['nothing', ''],
    ['no YAML', '{'],
    ['bytes', '\0\u0001\uFFFD%@'],
    ['lists without end', '['.repeat(100_000)],
    ['null everywhere', 'stages: { a: { module: null, params: null, inputs: null, matrix: null } }'],
    ['an odd key', 'stages: { __proto__: { module: a.ts }, ? [x] : 1 }'],
  ])('status of a file with %s exits with 2 and no stack trace', async (_what, text) => {
    const { exitCode, stderr } = await new Project({ 'pipeline.yaml': text }).pipeline('status');
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/^error: pipeline\.yaml:\d+:\d+: /);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
