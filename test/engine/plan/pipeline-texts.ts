import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';

export const REAL = readFileSync(join(import.meta.dirname, '../../../pipeline.yaml'), 'utf8');

/** A pipeline file that uses every feature. */
export const RICH = `name: rich
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
export const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.uint8Array({ maxLength: 300 }).map((bytes) => new TextDecoder().decode(bytes)),
  soup,
  soup.map((tokens) => `stages:\n  a: { module: a.ts }\n  b: ${tokens}\n`),
);

/** One mutation of a text, at the fraction `at` of its length. */
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
export const mutated = fc
  .tuple(
    fc.constantFrom(REAL, RICH),
    fc.array(fc.tuple(fc.constantFrom(...MUTATIONS), part, part, fc.constantFrom(...TOKENS)), {
      minLength: 1,
      maxLength: 6,
    }),
  )
  .map(([text, mutations]) => mutations.reduce((before, [mutate, ...how]) => mutate(before, ...how), text));

/** Valid YAML with values of any type at any place of a pipeline file. */
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
export const shaped = fc
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
