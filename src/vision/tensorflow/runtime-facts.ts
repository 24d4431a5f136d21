import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { RuntimeFacts } from '../../shared/extensions/runtime-facts.ts';
import { success } from '../../shared/problem.ts';
import { cpuClass, ISA_LIMIT } from './machine-class.ts';

/** The file in the package's folder in which the set-up notes what it installed (src/vision/setup/tensorflow.ts). */
const INSTALLED = 'tensorflow.json';

/** The TensorFlow library that the setup installed for tfjs-node. */
export interface InstalledTensorFlow {
  readonly tensorflow?: string;
  /** `cpu`, `cuda`, or `bundled` for the library that the package's own install script downloaded. */
  readonly variant?: string;
  /** The folder of TensorFlow's shared libraries. */
  readonly library?: string;
}

/**
 * The runtime facts of TensorFlow for the action key: its version and the kind of device it runs on. Imported at every
 * start of the command, so it must not load TensorFlow.
 */
export const tensorFlowFacts: RuntimeFacts = {
  name: 'tensorflow',
  label: 'TensorFlow',
  packages: ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'],
  // The addon is compiled, and the library of hundreds of megabytes unpacked, on each machine anew.
  coversNativeParts: true,
  ifMissing: { '@tensorflow/tfjs-node-gpu': 'Run `npx pipeline setup`, which installs TensorFlow for this project.' },
  machineClass: (environment) => cpuClass(environment),
  machineVariables: [ISA_LIMIT],
  read({ folder }, conditions) {
    const { tensorflow = 'unknown', variant = 'cpu' } = readInstalled(folder);
    return success({ version: tensorflow, device: variant !== 'cpu' && conditions.hasGpu ? 'gpu' : 'cpu' });
  },
  nativeFolders({ folder }) {
    const { library } = readInstalled(folder);
    // The libraries of a GPU lie beside it.
    return library === undefined ? [] : [dirname(library), ...foreignFunctionInterface()];
  },
};

/** Returns the folders of the package by which the binding calls TensorFlow, and of its compiled part. */
function foreignFunctionInterface(): readonly string[] {
  const folders: string[] = [];
  let from = import.meta.url;
  for (const name of ['koffi', `@koromix/koffi-${process.platform}-${process.arch}`]) {
    try {
      from = createRequire(from).resolve(name);
      folders.push(dirname(from));
    } catch {
      // It is not installed, or contains its compiled part. Whether it works, is seen when TensorFlow is loaded.
    }
  }
  return folders;
}

/** Returns what is recorded in `folder`, the package's; empty if the setup has not run or the file is corrupted. */
export function readInstalled(folder: string): InstalledTensorFlow {
  try {
    return JSON.parse(readFileSync(join(folder, INSTALLED), 'utf8')) as InstalledTensorFlow;
  } catch {
    return {};
  }
}
