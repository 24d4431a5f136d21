import { expect, test, vi } from 'vitest';
import { builtAddon, installedAddon } from '../../scripts/setup/addon.js';
import { libraryDirectory } from '../../scripts/setup/library.js';
import { setUpTensorFlow } from '../../scripts/setup/tensorflow.js';
import { Machine } from '../support/machine.ts';

const quiet = { begin() {}, update() {}, end() {} };
const TFJS_NODE = 'clone/node_modules/@tensorflow/tfjs-node-gpu';
const FACTS = `${TFJS_NODE}/tensorflow.json`;

/** A package that starts, and says which TensorFlow it runs on. */
const STARTS = 'exports.backend = () => ({ binding: { TF_Version: "2.21.0" } });';

/** A clone whose packages are installed, on a machine without Python, compiler and network. */
function bareMachine(): Machine {
  const machine = new Machine();
  vi.stubEnv('PATH', machine.path('bin'));
  vi.stubEnv('CXX', undefined);
  vi.stubEnv('npm_execpath', undefined);
  vi.stubEnv('PIPELINE_TENSORFLOW', 'cpu');
  machine.install('npm', 'echo "Error: getaddrinfo ENOTFOUND storage.googleapis.com"; exit 1');
  machine.write(`${TFJS_NODE}/package.json`, '{"version":"4.22.0","main":"index.js"}');
  machine.write(`${TFJS_NODE}/index.js`, STARTS);
  machine.write('clone/node_modules/node-api-headers/package.json', '{"version":"1.9.0"}');
  return machine;
}

/** Puts TensorFlow and the built addon into the user's cache, as an earlier set-up of another clone did. */
async function fillCache(machine: Machine): Promise<void> {
  const addon = await builtAddon(machine.path('clone'), libraryDirectory('cpu'));
  machine.write(addon.slice(machine.directory.length + 1), 'addon');
  machine.write('cache/pipeline/tensorflow-2.21.0-cpu/tensorflow/libtensorflow_cc.so.2', '');
}

test('a second clone takes TensorFlow from the first one’s cache, with no tools at all', async () => {
  const machine = bareMachine();
  await fillCache(machine);
  expect(await setUpTensorFlow(machine.path('clone'), quiet)).toEqual({ ok: true, value: undefined });
  expect(machine.read(`${TFJS_NODE}/lib/napi-v8/tfjs_binding.node`)).toBe('addon');
  expect(JSON.parse(machine.read(FACTS))).toEqual({
    tensorflow: '2.21.0',
    variant: 'cpu',
    library: machine.path('cache/pipeline/tensorflow-2.21.0-cpu/tensorflow'),
  });
});

test('what is installed is not touched again', async () => {
  const machine = bareMachine();
  await fillCache(machine);
  await setUpTensorFlow(machine.path('clone'), quiet);
  machine.write(`${TFJS_NODE}/index.js`, 'throw new Error("started again")');
  expect(await setUpTensorFlow(machine.path('clone'), quiet)).toEqual({ ok: true, value: undefined });
});

test('what is missing is named together, with the one line that installs it', async () => {
  const machine = bareMachine();
  expect(await setUpTensorFlow(machine.path('clone'), quiet)).toEqual({
    ok: false,
    failure: [
      {
        message:
          'TensorFlow could not be set up. There is no Python 3 with pip and no C++ compiler, ' +
          'and the installer of tfjs-node, tried instead, failed:\nError: getaddrinfo ENOTFOUND storage.googleapis.com',
        advice: 'Run `apt-get install python3-pip g++` (or what your system calls them), then `npm run setup`.',
      },
    ],
  });
});

test('where nothing can be built, what tfjs-node installs itself is used, and called that', async () => {
  const machine = bareMachine();
  const addon = installedAddon(machine.path('clone'));
  machine.install(
    'npm',
    `/bin/mkdir -p ${addon.replace(/\/[^/]*$/, '')} ${machine.path(TFJS_NODE)}/deps/lib; : > ${addon}`,
  );
  machine.write(`${TFJS_NODE}/index.js`, STARTS.replace('2.21.0', '2.9.1'));
  expect(await setUpTensorFlow(machine.path('clone'), quiet)).toEqual({ ok: true, value: undefined });
  expect(JSON.parse(machine.read(FACTS))).toMatchObject({ tensorflow: '2.9.1', variant: 'bundled' });
  expect(await setUpTensorFlow(machine.path('clone'), quiet)).toEqual({ ok: true, value: undefined });
  expect(machine.calls('npm')).toHaveLength(1);
});

test('an addon that does not start is not called installed', async () => {
  const machine = bareMachine();
  await fillCache(machine);
  machine.write(`${TFJS_NODE}/index.js`, 'throw new Error("libtensorflow_cc.so.2: file too short")');
  expect(await setUpTensorFlow(machine.path('clone'), quiet)).toMatchObject({
    ok: false,
    failure: [
      {
        message: expect.stringContaining('file too short'),
        advice: expect.stringContaining(machine.path('cache/pipeline/tensorflow-2.21.0-cpu')),
      },
    ],
  });
  expect(machine.exists(FACTS)).toBe(false);
});
