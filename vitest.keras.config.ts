import { defineConfig } from 'vitest/config';
import config from './vitest.config.ts';

/** `npm run test:keras`: what is compared with Keras and Hera in Python, which this installs at first. */
export default defineConfig({
  ...config,
  test: {
    ...config.test,
    globalSetup: ['test/support/build.ts', 'test/support/keras-environment.ts'],
    include: ['test/{keras,hera}-parity/**/*.test.ts'],
    exclude: [],
    // TensorFlow runs twice here, in Python and in Node: one file at a time.
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
