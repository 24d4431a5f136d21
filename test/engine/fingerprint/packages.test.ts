import { describe, expect, test } from 'vitest';
import { FileDigests } from '../../../src/engine/fingerprint/file-digests.ts';
import { PackageGraph } from '../../../src/engine/fingerprint/package-graph.ts';
import { closePackages } from '../../../src/engine/fingerprint/packages.ts';
import { temporaryFolder, writeFiles } from '../../support/dataset.ts';

/** Returns the files that count of each package, when a stage imports the package `start` among these in node_modules. */
async function counting(
  files: Readonly<Record<string, string>>,
  covered: readonly string[] = [],
): Promise<Record<string, string[]>> {
  const folder = temporaryFolder();
  writeFiles(`${folder}/node_modules`, files);
  const digests = new FileDigests(`${folder}/digests`);
  const externals = { start: `${folder}/node_modules/start/index.js` };
  const services = { graph: new PackageGraph(), digests, covered: new Set(covered) };
  const { contents } = await closePackages(externals, services);
  return Object.fromEntries(Object.entries(contents).map(([id, content]) => [id, [...content.keys()].sort()]));
}

const manifest = (name: string, more: object = {}) =>
  JSON.stringify({ name, version: '1.0.0', main: 'index.js', ...more });

const START = { 'start/package.json': manifest('start', { dependencies: { next: '*' } }), 'start/more.js': '' };
const NEXT = { 'next/package.json': manifest('next'), 'next/index.js': '', 'next/more.js': '' };

describe('what counts of the packages that a stage reaches', () => {
  test('are the files that are reached, and no package that is only named as a dependency', async () => {
    const files = { ...START, ...NEXT, 'start/index.js': 'require("./inner/a.mjs")', 'start/inner/a.mjs': '' };
    expect(await counting(files)).toEqual({ 'start@1.0.0': ['index.js', 'inner/a.mjs', 'package.json'] });
    expect(await counting({ ...files, 'start/inner/a.mjs': 'import "next"' })).toEqual({
      'start@1.0.0': ['index.js', 'inner/a.mjs', 'package.json'],
      'next@1.0.0': ['index.js', 'package.json'],
    });
  });

  test('are modules that a package declares to be free of side effects, too', async () => {
    const files = {
      'start/package.json': manifest('start', { type: 'module', sideEffects: false }),
      'start/index.js': 'import { a } from "./a.js"; export const b = 1;',
      'start/a.js': 'export const a = 1;',
    };
    expect(await counting(files)).toEqual({ 'start@1.0.0': ['a.js', 'index.js', 'package.json'] });
  });

  test('are the files to which both require and import lead, if these differ', async () => {
    const exports = { require: './required.js', default: './imported.js' };
    const files = {
      ...START,
      'start/index.js': 'require("next"); import("next")',
      'next/package.json': manifest('next', { exports }),
      'next/required.js': '',
      'next/imported.js': '',
    };
    const both = ['imported.js', 'package.json', 'required.js'];
    expect(await counting(files)).toMatchObject({ 'next@1.0.0': both });
    const index = `run('require("next")'); run('import("next")')`;
    expect(await counting({ ...files, 'start/index.js': index })).toMatchObject({ 'next@1.0.0': both });
  });

  test('are what strings and optional imports name', async () => {
    const index = `try { require("next") } catch {}\nrun('import("./more.js")'); try { require("gone") } catch {}`;
    expect(await counting({ ...START, ...NEXT, 'start/index.js': index })).toEqual({
      'start@1.0.0': ['index.js', 'more.js', 'package.json'],
      'next@1.0.0': ['index.js', 'package.json'],
    });
  });

  test.each([
    ['loads modules by computed names', { 'start/index.js': 'require(name)' }],
    ['has a native addon', { 'start/index.js': '', 'start/addon.node': '' }],
    ['has a shared library', { 'start/index.js': '', 'start/lib/lib.so.1.2': '' }],
    ['has WebAssembly', { 'start/index.js': '', 'start/lib.wasm': '' }],
    ['is made by a compiler', { 'start/index.js': '', 'start/binding.gyp': '' }],
    ['cannot be parsed', { 'start/index.js': 'this is no code' }],
    ['imports what cannot be parsed', { 'start/index.js': 'require("./bad.js")', 'start/bad.js': 'this is no code' }],
    [
      'mentions what cannot be parsed',
      { 'start/index.js': 'run("require(\'./bad.js\')")', 'start/bad.js': 'no code !' },
    ],
    ['does not exist', {}],
  ])('are all files of a package that %s, and of those that it depends on', async (_what, files) => {
    const whole = Object.keys({ ...START, ...files }).map((path) => path.slice('start/'.length));
    expect(await counting({ ...START, ...NEXT, ...files })).toEqual({
      'start@1.0.0': whole.sort(),
      'next@1.0.0': ['index.js', 'more.js', 'package.json'],
    });
  });

  test('are the files that are reached where runtime facts stand for the native parts', async () => {
    const files = { ...START, ...NEXT, 'start/index.js': 'require(__dirname + "/addon.node")', 'start/addon.node': '' };
    expect(await counting(files, ['start'])).toEqual({ 'start@1.0.0': ['index.js', 'package.json'] });
  });
});
