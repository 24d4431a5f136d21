import { expect, test, vi } from 'vitest';
import { buildAddon, builtAddon, installAddon, installedAddon } from '../../../src/vision/setup/addon.ts';
import { findCompiler } from '../../../src/vision/setup/compiler.ts';
import { Machine } from '../../support/machine.ts';

const quiet = { begin() {}, update() {}, end() {} };

/** Writes its own arguments to the file after `-o`, as the addon. */
const COMPILER = 'all="$*"; while [ $# -gt 1 ]; do [ "$1" = -o ] && out=$2; shift; done; echo "$all" > "$out"';

/** A clone whose packages are installed, and TensorFlow in the cache. */
function clone(compiler = COMPILER) {
  const machine = new Machine();
  machine.write('clone/node_modules/@tensorflow/tfjs-node-gpu/package.json', '{"version":"4.22.0"}');
  machine.write('clone/node_modules/node-api-headers/package.json', '{"version":"1.9.0"}');
  vi.stubEnv('CXX', undefined);
  machine.install('c++', compiler);
  const sources = {
    tfjsNode: machine.path('clone/node_modules/@tensorflow/tfjs-node-gpu'),
    headers: machine.path('clone/node_modules/node-api-headers'),
  };
  return { machine, sources, library: machine.path('tensorflow-2.21.0-cpu') };
}

test('links the addon to TensorFlow in the folder of its wheel, from which TensorFlow finds CUDA', async () => {
  const { machine, sources, library } = clone();
  expect(await buildAddon(sources, library, quiet)).toEqual({ ok: true, value: undefined });
  expect(machine.calls('c++')).toEqual([expect.stringContaining(`-Wl,-rpath,${library}/tensorflow`)]);
});

test('copies the addon to where tfjs-node looks for it', async () => {
  const { machine, sources, library } = clone();
  await buildAddon(sources, library, quiet);
  await installAddon(sources, library);
  expect(installedAddon(sources.tfjsNode)).toBe(`${sources.tfjsNode}/lib/napi-v8/tfjs_binding.node`);
  expect(machine.list('clone/node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8')).toEqual(['tfjs_binding.node']);
});

test('builds another addon when a package that it is built from, or the place of the library, changes', async () => {
  const { machine, sources, library } = clone();
  const before = await builtAddon(sources, library);
  expect(await builtAddon(sources, library)).toBe(before);
  machine.write('clone/node_modules/node-api-headers/package.json', '{"version":"2.0.0"}');
  expect(await builtAddon(sources, library)).not.toBe(before);
  expect(await builtAddon(sources, `${library}-moved`)).not.toBe(before);
});

test('uses the compiler that CXX names', () => {
  const { machine } = clone();
  expect(findCompiler()).toBe(machine.path('bin/c++'));
  machine.install('clang++-19', '');
  vi.stubEnv('CXX', 'clang++-19');
  expect(findCompiler()).toBe(machine.path('bin/clang++-19'));
  vi.stubEnv('CXX', machine.path('bin/c++'));
  expect(findCompiler()).toBe(machine.path('bin/c++'));
});

test('quotes a compiler that fails and leaves no incomplete file', async () => {
  const { machine, sources, library } = clone('echo "error: unrecognized option -std=c++17" >&2; exit 1');
  expect(await buildAddon(sources, library, quiet)).toMatchObject({
    ok: false,
    failure: [
      { message: expect.stringContaining('unrecognized option -std=c++17'), advice: expect.stringContaining('g++') },
    ],
  });
  const [key = ''] = machine.list('tensorflow-2.21.0-cpu/addon');
  expect(machine.list(`tensorflow-2.21.0-cpu/addon/${key}`)).toEqual([]);
});
