import { existsSync } from 'node:fs';
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { success } from '../setup/result.js';

/**
 * @import { BuildResult, OutputFile } from 'esbuild'
 * @import { Result } from '../../src/problem.ts'
 */

/** Source → name in dist/. The executables get `#!` and permission to run. */
const ENTRIES = [
  { source: 'src/cli/main.ts', name: 'cli', executable: true },
  { source: 'src/garments/main.ts', name: 'draw-garments', executable: true },
  { source: 'src/execute/stage-host.ts', name: 'stage-host', executable: false },
  { source: 'src/stage.ts', name: 'stage', executable: false },
];

/** Native code, or large and seldom needed. All else goes into the bundle: opening many small files is slow. */
const EXTERNAL = ['@tensorflow/*', '@viz-js/viz', 'apache-arrow', 'esbuild', 'sharp'];

/** CommonJS packages call `require` for Node's own modules. */
const REQUIRE = `import { createRequire as createRequireHere } from 'node:module'; const require = createRequireHere(import.meta.url);`;

/**
 * @param {string} root
 * @returns {Promise<Result<void>>}
 */
export async function bundle(root) {
  const esbuild = await import('esbuild');
  /** @type {BuildResult<{ write: false }>} */
  let result;
  try {
    result = await esbuild.build({
      absWorkingDir: root,
      entryPoints: ENTRIES.filter(({ source }) => existsSync(join(root, source))).map((entry) => ({
        in: entry.source,
        out: entry.name,
      })),
      outdir: join(root, 'dist'),
      chunkNames: 'chunks/[name]-[hash]',
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      target: 'node20.19',
      external: EXTERNAL,
      banner: { js: REQUIRE },
      write: false,
      logLevel: 'silent',
    });
  } catch (error) {
    const { errors = [] } = /** @type {import('esbuild').BuildFailure} */ (error);
    const messages = await esbuild.formatMessages(errors, { kind: 'error' });
    return { ok: false, failure: messages.map((message) => ({ message: message.trim() })) };
  }
  await Promise.all(result.outputFiles.map((file) => writeOutput(root, file)));
  return success(undefined);
}

/**
 * Chunks of earlier builds stay: a run that is under way may still import them. `npm run build` starts from nothing.
 *
 * @param {string} root
 * @param {OutputFile} file
 */
async function writeOutput(root, { path, text }) {
  const isExecutable = ENTRIES.some(({ name, executable }) => executable && path === join(root, 'dist', `${name}.js`));
  const temporary = `${path}.${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(temporary, isExecutable ? `#!/usr/bin/env node\n${text}` : text);
  if (isExecutable) await chmod(temporary, 0o755);
  await rename(temporary, path);
}
