import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // A stage's `import … from 'pipeline'` means the source here, not the build.
  resolve: { conditions: ['pipeline-source'] },
  ssr: { resolve: { conditions: ['pipeline-source', 'node', 'import', 'default'] } },
  test: {
    globalSetup: ['test/support/user-folders.ts', 'test/support/build.ts'],
    include: ['test/**/*.test.ts'],
    // Suites of their own: vitest.keras.config.ts and vitest.package.config.ts.
    exclude: ['test/{keras,hera}-parity/**', 'test/scenarios/package/{node-versions,vision}.test.ts'],
    // TensorFlow wants a process of its own.
    pool: 'forks',
    // In CI, too, the command prints what it prints on anybody's machine, unless a test is about the logs of a service.
    env: { GITHUB_ACTIONS: '', GITLAB_CI: '', BUILDKITE: '' },
    // By default vitest leaves a core free, which would leave half of a machine with two cores idle.
    poolOptions: { forks: { maxForks: Math.max(2, availableParallelism() - 1) } },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
