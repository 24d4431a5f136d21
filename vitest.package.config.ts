import { defineConfig } from 'vitest/config';
import config from './vitest.config.ts';

/** Installs the packed package on other versions of Node: npm run test:package */
export default defineConfig({
  test: {
    globalSetup: ['test/support/user-folders.ts', 'test/support/build.ts'],
    include: ['test/scenarios/package/**/*.test.ts'],
    env: { ...config.test?.env },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
