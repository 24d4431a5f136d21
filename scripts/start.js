import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `npm start`: draws the demo data if it is not there, runs the pipeline on it and puts its results into results/. */

const root = fileURLToPath(new URL('..', import.meta.url));
const dataset = join('data', 'garments');
const results = join(root, 'results');

const commands = [
  ...(existsSync(join(root, dataset)) ? [] : [['draw-garments.js', '--out', dataset]]),
  ['cli.cjs', 'run'],
  ['cli.cjs', 'export', 'predict', results, '--force'],
  ['cli.cjs', 'export', 'evaluate', results, '--force'],
];

/**
 * @param {readonly string[]} command  a program of dist/ and its arguments
 * @returns {Promise<number>} its exit code
 */
function run([program = '', ...args]) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'dist', program), ...args], { cwd: root, stdio: 'inherit' });
    child.on('close', (code) => resolve(code ?? 130));
  });
}

// Ctrl-C reaches the command too: let that end first, in its own way.
process.on('SIGINT', () => {});

for (const command of commands) {
  process.exitCode = await run(command);
  if (process.exitCode !== 0) break;
}

if (process.exitCode === 0) {
  const here = (/** @type {string} */ name) => relative(process.cwd(), join(results, name));
  console.log(`
Predictions:  ${here('predictions.csv')}
Accuracy:     ${here('evaluation.json')}

Next: change a learning rate in pipeline.yaml and type «npx pipeline run»: only the training and what follows runs again.
      «npx pipeline status» says what would run and why; «npx pipeline --help» lists the rest.`);
}
