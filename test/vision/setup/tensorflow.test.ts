import { rmSync } from 'node:fs';
import { beforeEach, expect, test, vi } from 'vitest';
import { addonPath } from '../../../src/vision/setup/binding.ts';
import { setUpTensorFlow } from '../../../src/vision/setup/tensorflow.ts';
import { Machine } from '../../support/machine.ts';

const quiet = { begin() {}, update() {}, end() {} };
const TFJS_NODE = 'project/node_modules/@tensorflow/tfjs-node-gpu';
const FACTS = `${TFJS_NODE}/tensorflow.json`;

/** A package that starts, and says which TensorFlow it runs on. */
const STARTS = 'exports.backend = () => ({ binding: { TF_Version: "2.21.0" } });';

let machine: Machine;

/** A project with tfjs-node installed, on a machine without Python, compiler and network. */
beforeEach(() => {
  machine = new Machine();
  vi.stubEnv('PATH', machine.path('bin'));
  vi.stubEnv('npm_execpath', undefined);
  vi.stubEnv('PIPELINE_TENSORFLOW', 'cpu');
  machine.install('npm', 'echo "Error: getaddrinfo ENOTFOUND storage.googleapis.com"; exit 1');
  machine.write(`${TFJS_NODE}/package.json`, '{"version":"4.22.0","main":"index.js"}');
  machine.write(`${TFJS_NODE}/index.js`, STARTS);
});

function setUp(platform = 'linux') {
  return setUpTensorFlow(machine.path('project'), quiet, { platform, architecture: 'x64' });
}

const installed = () => ({
  tensorflow: '2.21.0',
  variant: 'cpu',
  library: machine.path('cache/pipeline/tensorflow-2.21.0-cpu/tensorflow'),
});

/** Puts TensorFlow into the cache of the user, as the set-up of another project did. */
function fillCache(): void {
  machine.write('cache/pipeline/tensorflow-2.21.0-cpu/tensorflow/libtensorflow_cc.so.2', '');
}

const BINDING = `${TFJS_NODE}/lib/napi-v8/tfjs_binding.node`;

test('takes TensorFlow from the cache that the set-up of another project filled, with no compiler', async () => {
  fillCache();
  expect(await setUp()).toEqual({ ok: true, value: installed() });
  expect(machine.read(`${BINDING}/index.js`)).toContain(`createBinding("${installed().library}")`);
  expect(JSON.parse(machine.read(FACTS))).toEqual(installed());
});

test('does nothing if TensorFlow is set up', async () => {
  fillCache();
  await setUp();
  machine.write(`${TFJS_NODE}/index.js`, 'throw new Error("started again")');
  expect(await setUp()).toEqual({ ok: true, value: installed() });
});

test('installs tfjs-node where it is missing, without its install script and without saving it', async () => {
  fillCache();
  machine.write('packed/package.json', machine.read(`${TFJS_NODE}/package.json`));
  machine.write('packed/index.js', STARTS);
  rmSync(machine.path(TFJS_NODE), { recursive: true });
  machine.install('npm', `/bin/cp -r '${machine.path('packed')}' '${machine.path(TFJS_NODE)}'`);
  expect(await setUp()).toEqual({ ok: true, value: installed() });
  expect(machine.calls('npm')).toEqual([
    'install --no-save --ignore-scripts --no-audit --no-fund @tensorflow/tfjs-node-gpu@4.22.0',
  ]);
});

test('quotes npm if it cannot install tfjs-node', async () => {
  fillCache();
  rmSync(machine.path(TFJS_NODE), { recursive: true });
  expect(await setUp()).toEqual({
    ok: false,
    failure: [
      {
        message:
          'npm could not install @tensorflow/tfjs-node-gpu@4.22.0:\nError: getaddrinfo ENOTFOUND storage.googleapis.com',
        advice:
          'Fix what npm reports (often the network, or the registry in ~/.npmrc), then run `npx pipeline setup` again.',
      },
    ],
  });
});

test('does not call npm in a project that another package manager manages', async () => {
  fillCache();
  rmSync(machine.path(TFJS_NODE), { recursive: true });
  machine.write('project/pnpm-lock.yaml', '');
  expect(await setUp()).toEqual({
    ok: false,
    failure: [
      {
        message:
          '@tensorflow/tfjs-node-gpu is not installed, and pnpm-lock.yaml shows that npm does not manage this project.',
        advice: 'Run `pnpm add --ignore-scripts @tensorflow/tfjs-node-gpu@4.22.0`, then `npx pipeline setup` again.',
      },
    ],
  });
  expect(machine.calls('npm')).toEqual([]);
});

test('replaces the addon that an earlier version compiled', async () => {
  fillCache();
  machine.write(BINDING, 'compiled');
  machine.write(FACTS, JSON.stringify(installed()));
  expect(await setUp()).toEqual({ ok: true, value: installed() });
  expect(machine.read(`${BINDING}/index.js`)).toContain('createBinding');
});

test('connects TensorFlow again when the project was moved away from the package', async () => {
  fillCache();
  await setUp();
  machine.write(
    `${BINDING}/index.js`,
    machine.read(`${BINDING}/index.js`).replace('require("', 'require("../elsewhere/'),
  );
  expect(await setUp()).toEqual({ ok: true, value: installed() });
  expect(machine.read(`${BINDING}/index.js`)).not.toContain('elsewhere');
});

test('lets tfjs-node install its old TensorFlow on a platform without a wheel, and records it as bundled', async () => {
  const addon = addonPath(machine.path(TFJS_NODE));
  machine.install(
    'npm',
    `/bin/mkdir -p ${addon.replace(/\/[^/]*$/, '')} ${machine.path(TFJS_NODE)}/deps/lib; : > ${addon}`,
  );
  machine.write(`${TFJS_NODE}/index.js`, STARTS.replace('2.21.0', '2.9.1'));
  const bundled = { tensorflow: '2.9.1', variant: 'bundled', library: machine.path(`${TFJS_NODE}/deps/lib`) };
  expect(await setUp('darwin')).toEqual({ ok: true, value: bundled });
  expect(JSON.parse(machine.read(FACTS))).toEqual(bundled);
  expect(await setUp('darwin')).toEqual({ ok: true, value: bundled });
  expect(machine.calls('npm')).toEqual([
    'rebuild @tensorflow/tfjs-node-gpu --ignore-scripts=false --foreground-scripts',
  ]);
});

test('says why it tried the installer of tfjs-node when that fails', async () => {
  expect(await setUp('darwin')).toEqual({
    ok: false,
    failure: [
      {
        message:
          'There is no wheel of TensorFlow 2.21.0 (cpu) for darwin x64, and the installer of tfjs-node, tried instead, ' +
          'failed:\nError: getaddrinfo ENOTFOUND storage.googleapis.com',
        advice: 'Use 64-bit Linux with glibc, on x64 or ARM; on other systems, a container of Debian.',
      },
    ],
  });
});

test('reports a TensorFlow that does not start, and does not record it', async () => {
  fillCache();
  machine.write(`${TFJS_NODE}/index.js`, 'throw new Error("libtensorflow_cc.so.2: file too short")');
  expect(await setUp()).toMatchObject({
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
