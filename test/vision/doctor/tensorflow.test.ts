import { expect, test } from 'vitest';
import { checkTensorFlow } from '../../../src/vision/doctor/tensorflow.ts';
import { temporaryFolder, writeFiles } from '../../support/dataset.ts';

const FOLDER = 'node_modules/@tensorflow/tfjs-node-gpu';

/** Returns a project with another package in place of TensorFlow.js. */
function projectWith(code: string, more: Readonly<Record<string, string>> = {}): string {
  const root = temporaryFolder();
  writeFiles(root, {
    [`${FOLDER}/package.json`]: JSON.stringify({ name: '@tensorflow/tfjs-node-gpu', version: '4.22.0' }),
    [`${FOLDER}/index.js`]: code,
    ...Object.fromEntries(Object.entries(more).map(([name, text]) => [`${FOLDER}/${name}`, text])),
  });
  return root;
}

test('doctor shows the TensorFlow that the set-up installed if it loads', async () => {
  const facts = { tensorflow: '2.21.0', variant: 'cpu', library: '/lib/tensorflow' };
  const root = projectWith('exports.ready = async () => {};', { 'tensorflow.json': JSON.stringify(facts) });
  expect(await checkTensorFlow.run(root)).toEqual([
    { name: 'tensorflow', ok: true, found: '2.21.0 (cpu) /lib/tensorflow' },
  ]);
});

test('doctor shows a TensorFlow that this package did not set up as the bundled version', async () => {
  expect(await checkTensorFlow.run(projectWith('exports.ready = async () => {};'))).toEqual([
    { name: 'tensorflow', ok: true, found: 'bundled version (cpu)' },
  ]);
});

test.each([
  ['is missing', `require('/no/addon.node');`, "does not load: Error: Cannot find module '/no/addon.node'"],
  ['ends the process', 'process.kill(process.pid)', 'does not load: '],
])('doctor reports a TensorFlow whose addon %s, with advice', async (_how, code, found) => {
  expect(await checkTensorFlow.run(projectWith(code))).toEqual([
    { name: 'tensorflow', ok: false, found, advice: 'Set TensorFlow up: npx pipeline setup' },
  ]);
});
