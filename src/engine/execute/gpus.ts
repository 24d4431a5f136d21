import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Returns whether CUDA would find a GPU on this machine. */
export function hasGpu(environment: NodeJS.ProcessEnv): boolean {
  return gpusOf(environment).length > 0;
}

/** Returns the GPUs that CUDA would find, as in CUDA_VISIBLE_DEVICES. `root`: the folder of `dev` and `proc`. */
export function gpusOf(environment: NodeJS.ProcessEnv, root = '/'): readonly string[] {
  const count = countOf(join(root, 'dev'), /^nvidia\d+$/) || countOf(join(root, 'proc/driver/nvidia/gpus'), /./);
  const visible = environment['CUDA_VISIBLE_DEVICES'];
  if (visible === undefined || count === 0) return Array.from({ length: count }, (_, index) => String(index));
  const named = visible.split(',').map((name) => name.trim());
  // As in CUDA, the first invalid name ends the list.
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
