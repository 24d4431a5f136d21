import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What TensorFlow a stage computes with: part of its action key, since results depend on it. */
export interface TensorFlowRuntime {
  readonly version: string;
  readonly device: 'cpu' | 'gpu';
}

const PACKAGES = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'];

/** The file in the package's folder in which the set-up says what it installed. */
export const TENSORFLOW_FACTS = 'tensorflow.json';

/** The TensorFlow that a bundle would run on, if it imports TensorFlow. `direct`: package name → folder. */
export function tensorFlowOf(
  direct: Readonly<Record<string, string>>,
  environment: NodeJS.ProcessEnv,
): TensorFlowRuntime | undefined {
  const folder = PACKAGES.map((name) => direct[name]).find((found) => found !== undefined);
  if (folder === undefined) return undefined;
  const { tensorflow = 'unknown', variant = 'cpu' } = readFacts(folder);
  return { version: tensorflow, device: variant === 'cpu' || !hasGpu(environment) ? 'cpu' : 'gpu' };
}

/** Whether CUDA would find a GPU here. */
export function hasGpu(environment: NodeJS.ProcessEnv): boolean {
  return gpusOf(environment).length > 0;
}

/** The GPUs that CUDA would find, as CUDA_VISIBLE_DEVICES names them. `root`: where `/dev` and `/proc` are. */
export function gpusOf(environment: NodeJS.ProcessEnv, root = '/'): readonly string[] {
  const count = countOf(join(root, 'dev'), /^nvidia\d+$/) || countOf(join(root, 'proc/driver/nvidia/gpus'), /./);
  const visible = environment['CUDA_VISIBLE_DEVICES'];
  if (visible === undefined || count === 0) return Array.from({ length: count }, (_, index) => String(index));
  const named = visible.split(',').map((name) => name.trim());
  // As CUDA does it, the first that is none ends the list.
  const end = named.findIndex((name) => !/^(GPU|MIG)-/.test(name) && !(/^\d+$/.test(name) && Number(name) < count));
  return end === -1 ? named : named.slice(0, end);
}

function countOf(directory: string, name: RegExp): number {
  try {
    return readdirSync(directory).filter((entry) => name.test(entry)).length;
  } catch {
    return 0;
  }
}

export function readFacts(folder: string): {
  readonly tensorflow?: string;
  readonly variant?: string;
  readonly library?: string;
} {
  try {
    return JSON.parse(readFileSync(join(folder, TENSORFLOW_FACTS), 'utf8')) as ReturnType<typeof readFacts>;
  } catch {
    return {};
  }
}
