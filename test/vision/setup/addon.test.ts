import { expect, test, vi } from 'vitest';
import { buildAddon, builtAddon, findCompiler, installAddon, installedAddon } from '../../scripts/setup/addon.js';
import { Machine } from '../support/machine.ts';

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
  return { machine, root: machine.path('clone'), library: machine.path('tensorflow-2.21.0-cpu') };
}

test('the addon opens TensorFlow in the wheel’s own folder, from where that finds CUDA', async () => {
  const { machine, root, library } = clone();
  expect(await buildAddon(root, library, quiet)).toEqual({ ok: true, value: undefined });
  expect(machine.calls('c++')).toEqual([expect.stringContaining(`-Wl,-rpath,${library}/tensorflow`)]);
});

test('it is built once for all clones, and copied to where tfjs-node looks for it', async () => {
  const { machine, root, library } = clone();
  await buildAddon(root, library, quiet);
  await installAddon(root, library);
  expect(installedAddon(root)).toBe(`${root}/node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8/tfjs_binding.node`);
  expect(machine.list('clone/node_modules/@tensorflow/tfjs-node-gpu/lib/napi-v8')).toEqual(['tfjs_binding.node']);
});

test('another version of what it is made from is another addon', async () => {
  const { machine, root, library } = clone();
  const before = await builtAddon(root, library);
  expect(await builtAddon(root, library)).toBe(before);
  machine.write('clone/node_modules/node-api-headers/package.json', '{"version":"2.0.0"}');
  expect(await builtAddon(root, library)).not.toBe(before);
  expect(await builtAddon(root, `${library}-moved`)).not.toBe(before);
});

test('CXX names the compiler', () => {
  const { machine } = clone();
  expect(findCompiler()).toBe(machine.path('bin/c++'));
  machine.install('clang++-19', '');
  vi.stubEnv('CXX', 'clang++-19');
  expect(findCompiler()).toBe(machine.path('bin/clang++-19'));
  vi.stubEnv('CXX', machine.path('bin/c++'));
  expect(findCompiler()).toBe(machine.path('bin/c++'));
});

test('a compiler that fails is quoted, and nothing half-made is left', async () => {
  const { machine, root, library } = clone('echo "error: unrecognized option -std=c++17" >&2; exit 1');
  expect(await buildAddon(root, library, quiet)).toMatchObject({
    ok: false,
    failure: [
      { message: expect.stringContaining('unrecognized option -std=c++17'), advice: expect.stringContaining('g++') },
    ],
  });
  const [key = ''] = machine.list('tensorflow-2.21.0-cpu/addon');
  expect(machine.list(`tensorflow-2.21.0-cpu/addon/${key}`)).toEqual([]);
});
