import { describe, expect, test } from 'vitest';
import type { Services } from '../../../src/engine/execute/services.ts';
import { keyOf, PathInputs, variablesOf } from '../../../src/engine/execute/stage-key.ts';
import { sha256 } from '../../../src/engine/fingerprint/digest.ts';
import { RuntimeRegistry } from '../../../src/engine/fingerprint/runtime-registry.ts';
import type { StageCode } from '../../../src/engine/fingerprint/stage-code.ts';
import { valueDigest } from '../../../src/engine/fingerprint/value-digest.ts';
import type { RuntimeFacts } from '../../../src/shared/extensions/runtime-facts.ts';
import { success } from '../../../src/shared/problem.ts';
import { planOf } from '../../support/plan.ts';
import { unwrap } from '../../support/result.ts';

const NATIVE: RuntimeFacts = {
  name: 'native',
  label: 'native',
  packages: ['native'],
  env: ['NATIVE_THREADS', 'SHARED'],
  read: (_reached, { hasGpu }) => success({ device: hasGpu ? 'gpu' : 'cpu' }),
};

/** Computes, for a machine with a GPU, the key of the only stage of a pipeline, whose code reaches `native`. */
function stageWith(more: string) {
  const text = `stages: { train: { module: train.ts${more} } }`;
  const plan = unwrap(planOf(text, { 'train.ts': { outputs: ['model'] } }));
  const code = { digest: sha256('code'), packages: {}, folders: { 'native@1.0.0': ['/n/native'] } };
  const services = {
    plan,
    codes: new Map([['/project/train.ts', code as unknown as StageCode]]),
    environment: { NATIVE_THREADS: '4', OWN: 'x', OTHER: 'y' },
    runtime: new RuntimeRegistry([NATIVE], () => true),
  } as unknown as Services;
  const [stage] = plan.stages;
  if (stage === undefined) throw new Error('the plan has no stage');
  return { stage, services };
}

async function documentOf(more: string) {
  const { stage, services } = stageWith(more);
  return unwrap(await keyOf(stage, services, new PathInputs(services, () => undefined), () => ({ outputs: {} })))
    .document;
}

describe('the key of a stage on a machine with a GPU', () => {
  test.each([
    ['requests a GPU', ', resources: { gpu: 1 }', 'gpu'],
    ['declares CUDA_VISIBLE_DEVICES', ', env: [CUDA_VISIBLE_DEVICES]', 'gpu'],
    ['requests no GPU, as on any machine', '', 'cpu'],
  ])('has the runtime facts of the device of a stage that %s', async (_what, more, device) => {
    expect((await documentOf(more)).runtime).toEqual({ native: { device } });
  });

  test('has each variable that the stage declares or its packages read once', async () => {
    const { env } = await documentOf(', env: [OWN, SHARED]');
    expect(env).toEqual({
      NATIVE_THREADS: await valueDigest('NATIVE_THREADS', '4'),
      OWN: await valueDigest('OWN', 'x'),
      SHARED: null,
    });
    const { stage, services } = stageWith(', env: [OWN, SHARED]');
    expect(variablesOf(stage, services)).toEqual(['OWN', 'SHARED', 'NATIVE_THREADS']);
  });
});
