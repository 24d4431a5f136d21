import { defineConfig } from 'vitest/config';
import config from './vitest.config.ts';

/** `npm run test:soak`: the tests that `npm test` runs with fewer rounds, in full. */
export default defineConfig({
  ...config,
  test: {
    ...config.test,
    include: [
      'test/scenarios/cluster/faults.test.ts',
      'test/scenarios/faults/**/*.test.ts',
      'test/scenarios/fashionai/kill.test.ts',
      'test/scenarios/fashionai/strict.test.ts',
      'test/engine/cache/fuzz.test.ts',
      'test/engine/execute/cluster/simulated-cluster.test.ts',
      'test/engine/inspect/fuzz.test.ts',
    ],
    env: { ...config.test?.env, PIPELINE_SOAK: '1' },
    testTimeout: 600_000,
  },
});
