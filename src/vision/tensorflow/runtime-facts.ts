import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimeFacts } from '../../shared/extensions/runtime-facts.ts';
import { success } from '../../shared/problem.ts';

/** The file in the package's folder in which the set-up notes what it installed (src/vision/setup/tensorflow.ts). */
const INSTALLED = 'tensorflow.json';

/** What the set-up installed under tfjs-node. */
export interface InstalledTensorFlow {
  readonly tensorflow?: string;
  /** `cpu`, `cuda`, or `bundled` for the library that the package's own installer fetched. */
  readonly variant?: string;
  /** The folder of TensorFlow's shared libraries. */
  readonly library?: string;
}

/**
 * TensorFlow's version and the kind of device that it computes on. Imported at each start of the command, so it loads
 * nothing of TensorFlow.
 */
export const tensorFlowFacts: RuntimeFacts = {
  name: 'tensorflow',
  label: 'TensorFlow',
  packages: ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'],
  ifMissing: { '@tensorflow/tfjs-node-gpu': 'Run `npx pipeline setup`, which installs TensorFlow for this project.' },
  read({ folder }, conditions) {
    const { tensorflow = 'unknown', variant = 'cpu' } = readInstalled(folder);
    return success({ version: tensorflow, device: variant !== 'cpu' && conditions.hasGpu ? 'gpu' : 'cpu' });
  },
};

/** Returns what is noted in `folder`, the package's; nothing if the set-up has not run or the file is corrupted. */
export function readInstalled(folder: string): InstalledTensorFlow {
  try {
    return JSON.parse(readFileSync(join(folder, INSTALLED), 'utf8')) as InstalledTensorFlow;
  } catch {
    return {};
  }
}
