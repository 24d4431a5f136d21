import { execa } from 'execa';
import type { DoctorCheck, Finding } from '../../shared/extensions/doctor-check.ts';
import { readInstalled } from '../tensorflow/runtime-facts.ts';
import { packageFolder } from './packages.ts';

const NAME = 'tensorflow';

/** Not a fault: TensorFlow is an optional dependency, which only some pipelines use. */
const NOT_INSTALLED: Finding = {
  name: NAME,
  ok: true,
  found: 'not installed; only stages that import it need it',
  advice: 'If stages of this pipeline use TensorFlow: npx pipeline setup',
};

/** Checks that TensorFlow loads, in a separate process, because a broken addon may crash the process that loads it. */
export const checkTensorFlow: DoctorCheck = {
  async run(root) {
    const folder = packageFolder('@tensorflow/tfjs-node-gpu', root);
    if (folder === undefined) return [NOT_INSTALLED];
    const fault = await loadFault(folder);
    if (fault !== undefined)
      return [
        { name: NAME, ok: false, found: `does not load: ${fault}`, advice: 'Set TensorFlow up: npx pipeline setup' },
      ];
    const { tensorflow = 'bundled version', variant = 'cpu', library = '' } = readInstalled(folder);
    return [{ name: NAME, ok: true, found: `${tensorflow} (${variant}) ${library}`.trimEnd() }];
  },
};

/** Returns the error line if the package does not load, otherwise undefined. */
async function loadFault(folder: string): Promise<string | undefined> {
  // tfjs-node calls two functions of node:util that Node 23 removed.
  const script = `const util = require('node:util');
    util.isNullOrUndefined ??= (value) => value == null;
    util.isArray ??= Array.isArray;
    require(${JSON.stringify(folder)}).ready().then(() => process.exit(0));`;
  const env = { TF_CPP_MIN_LOG_LEVEL: '3' };
  const { failed, stderr } = await execa(process.execPath, ['--eval', script], { reject: false, env });
  if (!failed) return undefined;
  const lines = stderr.split('\n');
  return (lines.find((line) => line.includes('Error')) ?? lines[0] ?? '').trim();
}
