import { expect, test } from 'vitest';
import { adviceOnStack, collectPackageAdvice } from '../../../src/engine/fingerprint/package-advice.ts';
import { success } from '../../../src/shared/problem.ts';

const facts = { name: 'native', label: 'Native', packages: ['@native/lib'], read: () => success({}) };
const ADVICE = collectPackageAdvice([facts, { ...facts, ifMissing: { '@native/lib': 'Set it up.' } }]);

const FOLDER = '/home/me/project/node_modules/@native/lib';

test.each([
  [
    'a CommonJS module of the package throws',
    `Error: no addon\nsee the manual\n    at Object.<anonymous> (${FOLDER}/index.js:62:11)`,
  ],
  [
    'an ES module of the package throws',
    `Error: no addon\n    at file://${FOLDER}/index.mjs:1:7\n    at ModuleJob.run (node:internal/x:1:1)`,
  ],
  [
    'its addon cannot be opened',
    `Error: libx.so: cannot open\n    at Module._extensions..node (node:internal/modules/cjs/loader:1:2)\n    at Object.<anonymous> (${FOLDER}/binding.js:3:17)`,
  ],
])('gives the advice on a package when %s while it is loaded', (_how, stack) => {
  expect(adviceOnStack(stack, ADVICE)).toBe('Set it up.');
});

test.each([
  ['a function of the package throws', `Error: shapes differ\n    at Backend.run (${FOLDER}/backend.js:62:11)`],
  [
    'an anonymous function of the package throws',
    `Error: shapes differ\n    at Object.kernel [as run] (${FOLDER}/k.js:2:1)`,
  ],
  ['another package throws', 'Error\n    at Object.<anonymous> (/project/node_modules/@native/other/index.js:1:1)'],
  ['there is no stack', 'thrown text'],
])('gives no advice when %s', (_how, stack) => {
  expect(adviceOnStack(stack, ADVICE)).toBeUndefined();
});
