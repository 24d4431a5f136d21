import { describe, expect, test } from 'vitest';
import { graphOf, planOf } from '../../support/plan.ts';
import { unwrap } from '../../support/result.ts';

const TRAIN = {
  params: {
    type: 'object',
    properties: { rate: { type: 'number', exclusiveMinimum: 0 }, epochs: { type: 'integer', default: 2 } },
    required: ['rate'],
  },
  inputs: ['data', 'model?'],
  outputs: ['model', 'history.json'],
} as const;

const PIPELINE = `
params: { rate: 0.1, folder: ./data, deep: { rate: 0.2 } }
profiles:
  quick: { rate: 0.5, second.epochs: 1 }
stages:
  first: { module: train.ts, inputs: { data: "\${folder}" }, params: { rate: "\${rate}" } }
  second: { module: train.ts, inputs: { data: "\${folder}/more", model: first.model }, params: { rate: "\${deep.rate}" } }
`;

function paramsOf(overlays: { profile?: string; set?: string[] } = {}) {
  const plan = unwrap(planOf(PIPELINE, { 'train.ts': TRAIN }, overlays));
  return Object.fromEntries(plan.stages.map((stage) => [stage.name, stage.params]));
}

describe('the params of a plan', () => {
  test('a reference takes the type of the shared param, and defaults come from the stage module', () => {
    expect(paramsOf()).toEqual({ first: { rate: 0.1, epochs: 2 }, second: { rate: 0.2, epochs: 2 } });
  });

  test('a profile overrides shared params and params of one stage', () => {
    expect(paramsOf({ profile: 'quick' })).toEqual({
      first: { rate: 0.5, epochs: 2 },
      second: { rate: 0.2, epochs: 1 },
    });
  });

  test('--set overrides params after the profile', () => {
    const set = ['rate=1e-4', 'deep.rate=3', 'first.epochs=7'];
    expect(paramsOf({ profile: 'quick', set })).toEqual({
      first: { rate: 1e-4, epochs: 7 },
      second: { rate: 3, epochs: 1 },
    });
  });

  test('a reference inside a longer string is replaced by text', () => {
    const plan = unwrap(planOf(PIPELINE, { 'train.ts': TRAIN }));
    expect(plan.stages[1]?.inputs.get('data')).toMatchObject({ kind: 'path', path: '/project/data/more' });
  });
});

describe('an invalid reference', () => {
  const cases: [string, string, string, { profile?: string; set?: string[] }?][] = [
    ['to a shared param', 'rate: "${rte}"', '5:77 unknown shared param "rte"|Did you mean "rate"?'],
    ['to an output', 'model: first.modl', '6:72 stage "first" has no output "modl"|Did you mean "model"?'],
    [
      'to a stage',
      'model: frist.model',
      '6:72 unknown stage "frist"|Did you mean "first"? If you mean a file, write ./frist.model.',
    ],
  ];
  test.each(cases)(
    'a reference %s that does not exist is reported with its place and a similar name',
    (_what, replacement, expected) => {
      const [key = ''] = replacement.split(':');
      const lines = PIPELINE.trimStart().split('\n');
      const row = lines.findIndex((line) => line.includes(key === 'rate' ? 'rate: "${rate}"' : 'model: first.model'));
      lines[row] = (lines[row] ?? '').replace(/rate: "\$\{rate\}"|model: first\.model/, () => replacement);
      const plan = planOf(lines.join('\n'), { 'train.ts': TRAIN });
      const [problem] = plan.ok ? [] : plan.failure;
      expect(`${problem?.at?.line}:${problem?.at?.column} ${problem?.message}|${problem?.advice}`).toBe(expected);
    },
  );

  test.each([
    [{ set: ['rte=1'] }, '--set rte=1', 'unknown shared param "rte"'],
    [{ set: ['frist.rate=1'] }, '--set frist.rate=1', 'unknown shared param or stage "frist"'],
    [{ set: ['rate'] }, '--set rate', 'expected KEY=VALUE'],
    [{ profile: 'quik' }, 'pipeline.yaml', 'unknown profile "quik"'],
    [{ set: ['first.rate=-1'] }, '--set first.rate=-1', 'param "rate" of stage "first" must be > 0, but is -1'],
    [{ set: ['first.rates=1'] }, '--set first.rates=1', 'unknown param "rates" of stage "first"'],
    [
      { set: ['first.rate.x=1'] },
      '--set first.rate.x=1',
      'param "rate" of stage "first" must be a number, but is {"x":1}',
    ],
    [{ set: ['rate=-1'] }, '--set rate=-1', 'param "rate" of stage "first" must be > 0, but is -1'],
    [{ set: ['deep.rate=-1'] }, '--set deep.rate=-1', 'param "rate" of stage "second" must be > 0, but is -1'],
    [
      { set: ['rate="${deep.rate}"', 'deep.rate=-1'] },
      '--set rate="${deep.rate}"',
      'param "rate" of stage "first" must be > 0, but is -1',
    ],
    [
      { set: ['rate=[1'] },
      '--set rate=[1',
      expect.stringMatching(/^invalid YAML: flow sequence .* \(at character 3 of the value\)$/),
    ],
    [
      { set: ['rate=9007199254740993'] },
      '--set rate=9007199254740993',
      expect.stringMatching(/^invalid YAML: .*9007199254740993.* \(at character 1 of the value\)$/),
    ],
  ])('an error in the overlay %j is reported at %s: %s', (overlays, file, message) => {
    const plan = planOf(PIPELINE, { 'train.ts': TRAIN }, overlays);
    expect(plan.ok ? [] : plan.failure[0]).toMatchObject({ at: { file }, message });
  });

  test('the place of an input is the overlay that gave its path', () => {
    const plan = unwrap(planOf(PIPELINE, { 'train.ts': TRAIN }, { set: ['folder=./other'] }));
    expect(plan.stages[1]?.inputs.get('data')).toMatchObject({ at: { file: '--set folder=./other' } });
  });

  test('a reference cycle of shared params is reported', () => {
    const plan = planOf('params: { a: "${b}", b: "${a}" }\nstages: { s: { module: s.ts, params: { x: "${a}" } } }', {
      's.ts': { params: {}, outputs: ['out'] },
    });
    expect(plan.ok ? [] : plan.failure[0]?.message).toBe('shared params form a reference cycle: a → b → a');
  });
});

describe('the inputs of a plan', () => {
  test('an input that the module declares is required, unless it is declared optional', () => {
    const plan = planOf('stages: { s: { module: train.ts, params: { rate: 1 } } }', { 'train.ts': TRAIN });
    expect(plan.ok ? [] : plan.failure.map(({ message }) => message)).toEqual([
      'stage "s" lacks input "data", which train.ts declares',
    ]);
  });

  test('an input that the module does not declare is rejected', () => {
    const plan = planOf('stages: { s: { module: train.ts, inputs: { data: ./d, dat: ./d }, params: { rate: 1 } } }', {
      'train.ts': TRAIN,
    });
    expect(plan.ok ? [] : plan.failure[0]).toMatchObject({
      message: 'unknown input "dat" of stage "s"',
      advice: 'Did you mean "data"?',
    });
  });
});

describe('the execution settings of a stage', () => {
  test('a stage is deterministic by default', () => {
    const plan = unwrap(
      planOf('stages: { a: { module: s.ts }, b: { module: s.ts, deterministic: false } }', {
        's.ts': { outputs: ['out'] },
      }),
    );
    expect(plan.stages.map(({ deterministic }) => deterministic)).toEqual([true, false]);
  });
});

describe('the order of stages', () => {
  test('each stage comes after the stages it reads, whatever the order in the file', () => {
    const plan = unwrap(graphOf('d: b c', 'c: a', 'b: a', 'a:'));
    expect(plan.stages.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
  });

  test.each([
    [['a: b', 'b: c', 'c: a'], 'a → b → c → a'],
    [['a: a'], 'a → a'],
    [['x:', 'a: x b', 'b: a'], 'a → b → a'],
  ])('the dependency cycle in %j is rejected', (lines, cycle) => {
    const plan = graphOf(...lines);
    expect(plan.ok ? [] : plan.failure[0]?.message).toBe(`stages form a dependency cycle: ${cycle}`);
  });

  test('a chain of ten thousand stages is sorted', () => {
    const lines = Array.from({ length: 10_000 }, (_, index) => (index === 0 ? 's0:' : `s${index}: s${index - 1}`));
    expect(unwrap(graphOf(...lines.reverse())).stages.at(-1)?.name).toBe('s9999');
  });
});

describe('a stage module', () => {
  test('a stage module whose params are not a JSON Schema is reported with its path', () => {
    const broken = { params: { type: 'objekt' }, outputs: ['out'] };
    const plan = planOf('stages: { s: { module: s.ts } }', { 's.ts': broken as never });
    expect(plan.ok ? [] : plan.failure[0]).toMatchObject({ at: { file: 's.ts' } });
  });
});
