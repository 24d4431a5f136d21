import { expect, test } from 'vitest';
import { setup } from '../../../../src/engine/cli/commands/setup.ts';
import type { SetupStep } from '../../../../src/shared/extensions/setup-step.ts';
import { problem, success } from '../../../../src/shared/problem.ts';
import { runCommand } from '../../../support/run-command.ts';

/** Runs `pipeline setup` with these steps registered. */
const setUp = (json: boolean, ...steps: readonly SetupStep[]) =>
  runCommand(setup, json, { setupSteps: async () => steps });

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
