import type { SetupStep } from '../../shared/extensions/setup-step.ts';
import { success } from '../../shared/problem.ts';
import { setUpTensorFlow } from './tensorflow.ts';

/** What `pipeline setup` installs for the stages of this half. */
export const setupSteps: readonly SetupStep[] = [
  {
    name: 'tensorflow',
    async run(root, progress) {
      const result = await setUpTensorFlow(root, progress);
      if (!result.ok) return result;
      const { tensorflow, variant, library } = result.value;
      return success(`${tensorflow} (${variant}) ${library}`);
    },
  },
];
