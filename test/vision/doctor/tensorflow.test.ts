import { expect, test } from 'vitest';
import { checkTensorFlow } from '../../../src/vision/doctor/tensorflow.ts';
import { temporaryFolder, writeFiles } from '../../support/dataset.ts';

const FOLDER = 'node_modules/@tensorflow/tfjs-node-gpu';

/** A project with a package in the place of TensorFlow.js. */
function projectWith(code: string, more: Readonly<Record<string, string>> = {}): string {
  const root = temporaryFolder();
  writeFiles(root, {
    [`${FOLDER}/package.json`]: JSON.stringify({ name: '@tensorflow/tfjs-node-gpu', version: '4.22.0' }),
    [`${FOLDER}/index.js`]: code,
    ...Object.fromEntries(Object.entries(more).map(([name, text]) => [`${FOLDER}/${name}`, text])),
  });
  return root;
}

test('a TensorFlow that loads is told by what the set-up installed', async () => {
  const facts = { tensorflow: '2.21.0', variant: 'cpu', library: '/lib/tensorflow' };
  const root = projectWith('exports.ready = async () => {};', { 'tensorflow.json': JSON.stringify(facts) });
  expect(await checkTensorFlow.run(root)).toEqual([
    { name: 'tensorflow', ok: true, found: '2.21.0 (cpu) /lib/tensorflow' },
  ]);
});

test('a TensorFlow that was not set up by this package is its own', async () => {
  expect(await checkTensorFlow.run(projectWith('exports.ready = async () => {};'))).toEqual([
    { name: 'tensorflow', ok: true, found: 'its own (cpu)' },
  ]);
});

test.each([
  ['is missing', `require('/no/addon.node');`, "does not load: Error: Cannot find module '/no/addon.node'"],
  ['ends the process', 'process.kill(process.pid)', 'does not load: '],
])('a TensorFlow whose addon %s is reported, with what to do', async (_how, code, found) => {
  expect(await checkTensorFlow.run(projectWith(code))).toEqual([
    { name: 'tensorflow', ok: false, found, advice: 'Set TensorFlow up: npx pipeline setup' },
  ]);
});
