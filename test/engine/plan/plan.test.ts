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

describe('params', () => {
  test('take shared values in their own type, and the defaults of the stage module', () => {
    expect(paramsOf()).toEqual({ first: { rate: 0.1, epochs: 2 }, second: { rate: 0.2, epochs: 2 } });
  });

  test('are overlaid by a profile, of all stages or of one', () => {
    expect(paramsOf({ profile: 'quick' })).toEqual({
      first: { rate: 0.5, epochs: 2 },
      second: { rate: 0.2, epochs: 1 },
    });
  });

  test('are overlaid by --set, last of all', () => {
    const set = ['rate=1e-4', 'deep.rate=3', 'first.epochs=7'];
    expect(paramsOf({ profile: 'quick', set })).toEqual({
      first: { rate: 1e-4, epochs: 7 },
      second: { rate: 3, epochs: 1 },
    });
  });

  test('inside a longer text are written out', () => {
    const plan = unwrap(planOf(PIPELINE, { 'train.ts': TRAIN }));
    expect(plan.stages[1]?.inputs.get('data')).toMatchObject({ kind: 'path', path: '/project/data/more' });
  });
});

describe('a wrong reference', () => {
  const cases: [string, string, string, { profile?: string; set?: string[] }?][] = [
    ['to a shared param', 'rate: "${rte}"', '5:77 there is no shared param «rte»|Did you mean «rate»?'],
    ['to an output', 'model: first.modl', '6:72 stage «first» has no output «modl»|Did you mean «model»?'],
    [
      'to a stage',
      'model: frist.model',
      '6:72 there is no stage «frist»|Did you mean «first»? If a file is meant, write ./frist.model.',
    ],
  ];
  test.each(cases)('%s is told with its place and a near miss', (_what, replacement, expected) => {
    const [key = ''] = replacement.split(':');
    const lines = PIPELINE.trimStart().split('\n');
    const row = lines.findIndex((line) => line.includes(key === 'rate' ? 'rate: "${rate}"' : 'model: first.model'));
    lines[row] = (lines[row] ?? '').replace(/rate: "\$\{rate\}"|model: first\.model/, () => replacement);
    const plan = planOf(lines.join('\n'), { 'train.ts': TRAIN });
    const [problem] = plan.ok ? [] : plan.failure;
    expect(`${problem?.at?.line}:${problem?.at?.column} ${problem?.message}|${problem?.advice}`).toBe(expected);
  });

  test.each([
    [{ set: ['rte=1'] }, '--set rte=1', 'there is no shared param «rte»'],
    [{ set: ['frist.rate=1'] }, '--set frist.rate=1', 'there is no shared param or stage «frist»'],
    [{ set: ['rate'] }, '--set rate', 'is not KEY=VALUE'],
    [{ profile: 'quik' }, 'pipeline.yaml', 'there is no profile «quik»'],
    [{ set: ['first.rate=-1'] }, '--set first.rate=-1', 'param «rate» of stage «first» must be > 0, but is -1'],
    [{ set: ['first.rates=1'] }, '--set first.rates=1', 'unknown param «rates» of stage «first»'],
  ])('in an overlay %j is told with the overlay as its place', (overlays, file, message) => {
    const plan = planOf(PIPELINE, { 'train.ts': TRAIN }, overlays);
    expect(plan.ok ? [] : plan.failure[0]).toMatchObject({ at: { file }, message });
  });

  test('in a circle of shared params is told', () => {
    const plan = planOf('params: { a: "${b}", b: "${a}" }\nstages: { s: { module: s.ts, params: { x: "${a}" } } }', {
      's.ts': { params: {}, outputs: ['out'] },
    });
    expect(plan.ok ? [] : plan.failure[0]?.message).toBe('shared params refer to each other in a circle: a → b → a');
  });
});

describe('inputs', () => {
  test('that the module reads must be there, unless it says that they may be absent', () => {
    const plan = planOf('stages: { s: { module: train.ts, params: { rate: 1 } } }', { 'train.ts': TRAIN });
    expect(plan.ok ? [] : plan.failure.map(({ message }) => message)).toEqual([
      'stage «s» lacks the input «data», which train.ts reads',
    ]);
  });

  test('that the module does not read are refused', () => {
    const plan = planOf('stages: { s: { module: train.ts, inputs: { data: ./d, dat: ./d }, params: { rate: 1 } } }', {
      'train.ts': TRAIN,
    });
    expect(plan.ok ? [] : plan.failure[0]).toMatchObject({
      message: 'unknown input «dat» of stage «s»',
      advice: 'Did you mean «data»?',
    });
  });
});

describe('a stage', () => {
  test('is taken as deterministic unless it says that it is not', () => {
    const plan = unwrap(
      planOf('stages: { a: { module: s.ts }, b: { module: s.ts, deterministic: false } }', {
        's.ts': { outputs: ['out'] },
      }),
    );
    expect(plan.stages.map(({ deterministic }) => deterministic)).toEqual([true, false]);
  });
});

describe('the order of stages', () => {
  test('has each after those it reads, whatever their order in the file', () => {
    const plan = unwrap(graphOf('d: b c', 'c: a', 'b: a', 'a:'));
    expect(plan.stages.map(({ name }) => name)).toEqual(['a', 'b', 'c', 'd']);
  });

  test.each([
    [['a: b', 'b: c', 'c: a'], 'a → b → c → a'],
    [['a: a'], 'a → a'],
    [['x:', 'a: x b', 'b: a'], 'a → b → a'],
  ])('%j is a circle and refused', (lines, circle) => {
    const plan = graphOf(...lines);
    expect(plan.ok ? [] : plan.failure[0]?.message).toBe(`stages wait for each other in a circle: ${circle}`);
  });

  test('of a chain of ten thousand is found', () => {
    const lines = Array.from({ length: 10_000 }, (_, index) => (index === 0 ? 's0:' : `s${index}: s${index - 1}`));
    expect(unwrap(graphOf(...lines.reverse())).stages.at(-1)?.name).toBe('s9999');
  });
});

describe('a stage module', () => {
  test('whose params are no JSON Schema is named', () => {
    const broken = { params: { type: 'objekt' }, outputs: ['out'] };
    const plan = planOf('stages: { s: { module: s.ts } }', { 's.ts': broken as never });
    expect(plan.ok ? [] : plan.failure[0]).toMatchObject({ at: { file: 's.ts' } });
  });
});
