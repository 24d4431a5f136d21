import { defineConfig } from 'vitest/config';

/** Installs the packed package on other versions of Node: npm run test:package */
export default defineConfig({
  test: {
    globalSetup: ['test/support/user-folders.ts', 'test/support/build.ts'],
    include: ['test/scenarios/package/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
