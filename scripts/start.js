import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `npm start`: draws the demo data set if it does not exist, runs the pipeline and exports its results to results/. */

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
 * @param {readonly string[]} command  a program in dist/ and its arguments
 * @returns {Promise<number>} the exit code
 */
function run([program = '', ...args]) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [join(root, 'dist', program), ...args], { cwd: root, stdio: 'inherit' });
    child.on('close', (code) => resolve(code ?? 130));
  });
}

// Ctrl-C also reaches the command: wait until it has shut down.
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

Next: change a learning rate in pipeline.yaml and run \`npx pipeline run\`: only the training and its downstream stages rerun.
      \`npx pipeline status\` shows what would run and why; \`npx pipeline --help\` lists all commands.`);
}
