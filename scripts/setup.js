import { fileURLToPath } from 'node:url';
import { build } from './build.js';
import { linkCommand } from './setup/command-link.js';
import { checkNode } from './setup/node-version.js';
import { installPackages } from './setup/packages.js';
import { printProblems } from './setup/problems.js';
import { success } from './setup/result.js';

/**
 * Makes a fresh clone ready: packages, dist/, TensorFlow. Goes before `npm start` and `npm test`; when all is there it
 * takes some milliseconds and prints nothing.
 *
 * @import { Result } from '../src/shared/problem.ts'
 */

const root = fileURLToPath(new URL('..', import.meta.url));

/** What `pipeline setup` does in a project: it is built by now. */
async function setUpTensorFlow() {
  const built = new URL('../dist/set-up-clone.js', import.meta.url).href;
  /** @type {typeof import('../src/vision/setup/in-clone.ts')} */
  const { setUpClone } = await import(built);
  return setUpClone(root);
}

/** @type {readonly (() => Promise<Result<unknown>>)[]} */
const steps = [
  async () => checkNode(process.versions.node),
  () => installPackages(root, console.error),
  () => build(root),
  async () => success(await linkCommand(root)),
  () => setUpTensorFlow(),
];

for (const step of steps) {
  const result = await step();
  if (result.ok) continue;
  printProblems(result.failure);
  process.exitCode = 2;
  break;
}
