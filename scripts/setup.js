import { fileURLToPath } from 'node:url';
import { build } from './build.js';
import { linkCommand } from './setup/command-link.js';
import { checkNode } from './setup/node-version.js';
import { installPackages } from './setup/packages.js';
import { printProblems } from './setup/problems.js';
import { createProgress } from './setup/progress.js';
import { success } from './setup/result.js';
import { setUpTensorFlow } from './setup/tensorflow.js';

/**
 * Makes a fresh clone ready: packages, dist/, TensorFlow. Goes before `npm start` and `npm test`; when all is there it
 * takes some milliseconds and prints nothing.
 *
 * @import { Result } from '../src/shared/problem.ts'
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const progress = createProgress();

/** @type {readonly (() => Promise<Result<void>>)[]} */
const steps = [
  async () => checkNode(process.versions.node),
  () => installPackages(root, progress),
  () => build(root),
  async () => success(await linkCommand(root)),
  () => setUpTensorFlow(root, progress),
];

for (const step of steps) {
  const result = await step();
  progress.end();
  if (result.ok) continue;
  printProblems(result.failure);
  process.exitCode = 2;
  break;
}
