import { expect, test, vi } from 'vitest';
import { setup } from '../../../../src/engine/cli/commands/setup.ts';
import type { CommonOptions } from '../../../../src/engine/cli/options.ts';
import type { SetupStep } from '../../../../src/shared/extensions/setup-step.ts';
import { problem, success } from '../../../../src/shared/problem.ts';

/** Runs `pipeline setup` with these steps registered. */
async function setUp(json: boolean, ...steps: readonly SetupStep[]) {
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += text;
      return true;
    });
  }
  const extensions = {
    runtimeFacts: [],
    viewers: async () => [],
    doctorChecks: async () => [],
    setupSteps: async () => steps,
  };
  const engine = { host: '', stageApi: '', hashWorker: '', build: '', extensions };
  const options: CommonOptions = { file: '/project/pipeline.yaml', json, color: false, set: [], engine };
  try {
    return { exitCode: await setup(options), ...written };
  } finally {
    vi.restoreAllMocks();
  }
}

const oven: SetupStep = {
  name: 'oven',
  run: async (root, progress) => {
    progress.begin('Heating');
    return success(`200 °C in ${root}`);
  },
};
const fridge: SetupStep = { name: 'fridge', run: async () => success('4 °C') };
const broken: SetupStep = { name: 'grill', run: async () => problem('It is cold.', { advice: 'Switch it on.' }) };

test('runs the registered steps in the folder of the pipeline and prints what is installed', async () => {
  expect(await setUp(false, oven, fridge)).toEqual({
    exitCode: 0,
    stdout: '✓ oven: 200 °C in /project\n✓ fridge: 4 °C\n',
    stderr: 'Heating\n',
  });
});

test('stops at the first step that fails and prints what to do', async () => {
  const { exitCode, stdout, stderr } = await setUp(false, broken, fridge);
  expect(exitCode).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain('It is cold.');
  expect(stderr).toContain('→ Switch it on.');
});

test('prints one JSON object with --json, and words for people to stderr', async () => {
  const { stdout, stderr } = await setUp(true, oven);
  expect(JSON.parse(stdout)).toEqual({
    type: 'setup',
    ok: true,
    installed: [{ name: 'oven', found: '200 °C in /project' }],
  });
  expect(stderr).toBe('Heating\n✓ oven: 200 °C in /project\n');
});
