import { existsSync, readFileSync } from 'node:fs';
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
  const visible = environment['CUDA_VISIBLE_DEVICES'];
  if (visible !== undefined && (visible.trim() === '' || visible.trim() === '-1')) return false;
  return existsSync('/dev/nvidia0') || existsSync('/proc/driver/nvidia/version');
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
