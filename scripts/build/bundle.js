import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { success } from '../setup/result.js';

/**
 * @import { BuildOptions, OutputFile } from 'esbuild'
 * @import { Result } from '../../src/shared/problem.ts'
 */

/** Entry points that become ES modules in dist/. */
const MODULES = [
  { in: 'src/demo/main.ts', out: 'draw-garments' },
  { in: 'src/vision/setup/in-clone.ts', out: 'set-up-clone' },
];
/**
 * Entry points that are loaded again and again, by each stage and by each thread. Each list shares chunks with nothing
 * else, since a small file takes as long to open as a large one to compile.
 */
const OFTEN_LOADED = [
  [
    { in: 'src/engine/execute/stage-host.ts', out: 'stage-host' },
    { in: 'src/index.ts', out: 'index' },
  ],
  [{ in: 'src/engine/fingerprint/hash-worker.ts', out: 'hash-worker' }],
];
/** What others load as CommonJS: TensorFlow.js as its addon, Node before the code of a stage that is traced. */
const REQUIRED = {
  'tensorflow-binding': 'src/vision/tensorflow/binding/binding.ts',
  'trace-hook': 'src/engine/verify/hook/main.ts',
};
const EXECUTABLE = ['cli.cjs', 'draw-garments.js'];

/** Dynamic imports that every run needs, even if nothing has changed. The others are not bundled into the command. */
const ALWAYS_NEEDED = ['src/engine/cli/commands/run.ts', 'src/engine/cli/commands/status.ts'];

/**
 * Dynamic imports that are often needed: file → modules. Each file is CommonJS, which the command requires when it needs
 * the first of its modules: Node takes longer to start its loader of ES modules, and to open dozens of chunks, than to run
 * them.
 */
const OFTEN_NEEDED = new Map([
  [
    'when-results-change',
    [
      'src/engine/cli/commands/export.ts',
      'src/engine/cli/update-lockfile.ts',
      'src/engine/execute/perform-stage.ts',
      'src/engine/execute/run-due.ts',
    ],
  ],
  [
    'when-plans-change',
    [
      'src/engine/cli/make-plan.ts',
      'src/engine/fingerprint/bundle.ts',
      'src/engine/fingerprint/package-graph.ts',
      'src/engine/fingerprint/packages.ts',
      'src/engine/fingerprint/stop-bundling.ts',
    ],
  ],
]);

/**
 * Native code, or large and seldom needed. All else goes into the bundle, since opening many small files is slow. The
 * dependencies in package.json are these, and what the library in dist/lib imports, of which a stage bundles what it
 * reaches. What only the bundle needs stands among the devDependencies, so that nobody installs it twice.
 */
const EXTERNAL = ['@tensorflow/*', '@viz-js/viz', 'apache-arrow', 'esbuild', 'koffi', 'sharp'];

/** Bundled CommonJS packages call `require` for Node's built-in modules. */
const REQUIRE = `import { createRequire as createRequireHere } from 'node:module'; const require = createRequireHere(import.meta.url);`;

/**
 * Bundles the command as one CommonJS file, which Node starts in half the time of a graph of ES modules, and rarely
 * needed parts as ES modules with shared chunks. What others load is CommonJS as well.
 *
 * @param {string} root
 * @returns {Promise<Result<void>>}
 */
export async function bundle(root) {
  const esbuild = await import('esbuild');
  /** @type {BuildOptions & { write: false }} */
  const options = {
    absWorkingDir: root,
    outdir: join(root, 'dist'),
    bundle: true,
    platform: 'node',
    target: 'node20.19',
    external: EXTERNAL,
    write: false,
    logLevel: 'silent',
  };
  try {
    /** @type {Map<string, string>} */
    const lazy = new Map();
    /** @type {BuildOptions & { write: false }} */
    const commonJs = {
      ...options,
      outExtension: { '.js': '.cjs' },
      format: 'cjs',
      // Node reads the whole file at each start. Use `node --enable-source-maps` for readable stack traces.
      minify: true,
      sourcemap: 'linked',
      define: { BUILD: JSON.stringify(identityOf(root)), 'import.meta.url': 'importMetaUrl' },
      banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
    };
    const command = await esbuild.build({
      ...commonJs,
      entryPoints: { cli: 'src/main.ts' },
      plugins: [oftenOutside(root), lazyOutside(root, lazy, ALWAYS_NEEDED)],
    });
    const often = [];
    for (const [file, inside] of OFTEN_NEEDED) {
      const plugins = [oftenInside(root, file), lazyOutside(root, lazy, inside)];
      often.push(await esbuild.build({ ...commonJs, entryPoints: { [file]: file }, plugins }));
    }
    const rest = [...MODULES, ...[...lazy].map(([name, path]) => ({ in: path, out: `lazy/${name}` }))];
    const modules = await Promise.all(
      [...OFTEN_LOADED, rest].map((entryPoints) =>
        esbuild.build({
          ...options,
          entryPoints,
          chunkNames: 'chunks/[name]-[hash]',
          splitting: true,
          format: 'esm',
          banner: { js: REQUIRE },
        }),
      ),
    );
    const required = await esbuild.build({
      ...commonJs,
      ...{ minify: false, sourcemap: false },
      entryPoints: REQUIRED,
    });
    await Promise.all(
      [...modules, command, ...often, required].flatMap(({ outputFiles }) => outputFiles.map(writeOutput)),
    );
    return success(undefined);
  } catch (error) {
    const { errors } = /** @type {import('esbuild').BuildFailure} */ (error);
    if (errors === undefined) throw error;
    const messages = await esbuild.formatMessages(errors, { kind: 'error' });
    return { ok: false, failure: messages.map((message) => ({ message: message.trim() })) };
  }
}

/**
 * Turns dynamic imports of what is often needed into `require('./FILE.cjs')`.
 *
 * @param {string} root
 * @returns {import('esbuild').Plugin}
 */
function oftenOutside(root) {
  return {
    name: 'often-outside',
    setup(build) {
      build.onResolve({ filter: /^\.{1,2}\// }, ({ kind, path, resolveDir }) => {
        const module = relative(root, join(resolveDir, path));
        const file = [...OFTEN_NEEDED].find(([, modules]) => modules.includes(module))?.[0];
        if (kind !== 'dynamic-import' || file === undefined) return undefined;
        return { path: module, namespace: 'often-outside', pluginData: file };
      });
      build.onResolve({ filter: /.*/, namespace: 'often-outside' }, ({ path }) => ({ path, external: true }));
      build.onLoad({ filter: /.*/, namespace: 'often-outside' }, ({ path, pluginData }) => ({
        contents: `module.exports = require('./${pluginData}.cjs')['${path}']();`,
      }));
    },
  };
}

/**
 * Makes a file of what is often needed: path → function that returns the module.
 *
 * @param {string} root
 * @param {string} file
 * @returns {import('esbuild').Plugin}
 */
function oftenInside(root, file) {
  const modules = OFTEN_NEEDED.get(file) ?? [];
  const contents = modules.map((path) => `exports['${path}'] = () => require('./${path}');`).join('\n');
  return {
    name: 'often-inside',
    setup(build) {
      build.onResolve({ filter: /.*/ }, ({ kind }) =>
        kind === 'entry-point' ? { path: file, namespace: 'often-inside' } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: 'often-inside' }, () => ({ contents, resolveDir: root }));
    },
  };
}

/**
 * Turns dynamic imports into imports of separate ES modules `lazy/PATH.js`, where PATH is the path below src/.
 *
 * @param {string} root
 * @param {Map<string, string>} lazy  path below src/ without extension → absolute path; filled by the plugin
 * @param {readonly string[]} inside  those that stay inside the bundle
 * @returns {import('esbuild').Plugin}
 */
function lazyOutside(root, lazy, inside) {
  const inner = Symbol('resolving');
  return {
    name: 'lazy-outside',
    setup(build) {
      build.onResolve({ filter: /.*/ }, async ({ kind, path, importer, resolveDir, pluginData }) => {
        if (kind !== 'dynamic-import' || pluginData === inner) return undefined;
        const found = await build.resolve(path, { kind, importer, resolveDir, pluginData: inner });
        if (found.errors.length > 0 || found.external) return found;
        if (inside.includes(relative(root, found.path))) return found;
        const name = relative(join(root, 'src'), found.path).replace(/\.tsx?$/, '');
        lazy.set(name, found.path);
        return { path: `./lazy/${name}.js`, external: true };
      });
    },
  };
}

/**
 * @param {string} root
 * @returns {string} identifies this build: cached plans and bundles of another build may be incompatible
 */
function identityOf(root) {
  const hash = createHash('sha256').update(readFileSync(join(root, 'node_modules', '.package-lock.json')));
  for (const path of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).sort())
    if (/\.tsx?$/.test(path)) hash.update(path).update(readFileSync(join(root, 'src', path)));
  return hash.digest('hex').slice(0, 16);
}

/**
 * Writes a file atomically. Chunks of earlier builds are kept, since a run in progress may still import them;
 * `npm run build` deletes dist/ first.
 *
 * @param {OutputFile} file
 */
async function writeOutput({ path, text }) {
  const isExecutable = EXECUTABLE.includes(basename(path));
  const temporary = `${path}.${process.pid}`;
  await mkdir(dirname(path), { recursive: true });
  await writeFile(temporary, isExecutable ? `#!/usr/bin/env node\n${text}` : text);
  if (isExecutable) await chmod(temporary, 0o755);
  await rename(temporary, path);
}
