import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tensorFlowFacts } from '../../../src/vision/tensorflow/runtime-facts.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { unwrap } from '../../support/result.ts';

/** Returns the facts about a tfjs-node in whose folder the setup recorded this. */
function factsAbout(installed: string | undefined, hasGpu: boolean) {
  const folder = temporaryFolder();
  if (installed !== undefined) writeFileSync(join(folder, 'tensorflow.json'), installed);
  return unwrap(tensorFlowFacts.read({ name: '@tensorflow/tfjs-node-gpu', version: '4.22.0', folder }, { hasGpu }));
}

test.each<[string, string | undefined, boolean, object]>([
  ['the CPU library', '{ "tensorflow": "2.21.0", "variant": "cpu" }', true, { version: '2.21.0', device: 'cpu' }],
  ['CUDA and a GPU', '{ "tensorflow": "2.21.0", "variant": "cuda" }', true, { version: '2.21.0', device: 'gpu' }],
  ['CUDA and no GPU', '{ "tensorflow": "2.21.0", "variant": "cuda" }', false, { version: '2.21.0', device: 'cpu' }],
  ['a corrupted record of the installation', '{ "tensor', true, { version: 'unknown', device: 'cpu' }],
  ['no record of the installation', undefined, true, { version: 'unknown', device: 'cpu' }],
])('the runtime facts of TensorFlow are its version and device: with %s', (_what, installed, hasGpu, expected) => {
  expect(factsAbout(installed, hasGpu)).toEqual(expected);
});

test('stages may read the folders of the library and of the package by which it is called', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'tensorflow.json'), '{ "tensorflow": "2.21.0", "library": "/wheel/tensorflow" }');
  const reached = { name: '@tensorflow/tfjs-node-gpu', version: '4.22.0', folder };
  const [wheel, ...others] = tensorFlowFacts.nativeFolders?.(reached) ?? [];
  expect(wheel).toBe('/wheel');
  expect(others[0]).toMatch(/\/node_modules\/koffi$/);
  const empty = { ...reached, folder: temporaryFolder() };
  expect(tensorFlowFacts.nativeFolders?.(empty), 'without the setup there is no library').toEqual([]);
});
