import { existsSync } from 'node:fs';
import { problem, type Result, success } from '../../shared/problem.ts';

export type Variant = 'cpu' | 'cuda';

/** The driver makes them; in a container only if it was given a GPU. */
const SIGNS_OF_AN_NVIDIA_GPU = ['/dev/nvidia0', '/proc/driver/nvidia/version', '/usr/lib/wsl/lib/libcuda.so.1'];

/** Chooses the build of TensorFlow for this machine: PIPELINE_TENSORFLOW decides, or else whether there is a GPU. */
export function chooseVariant(
  wanted = process.env['PIPELINE_TENSORFLOW'],
  exists: (path: string) => boolean = existsSync,
): Result<Variant> {
  if (wanted === 'cpu' || wanted === 'cuda') return success(wanted);
  if (wanted) {
    return problem(`The environment variable PIPELINE_TENSORFLOW is "${wanted}".`, {
      advice: 'Set it to cpu or cuda, or unset it to have the GPU detected.',
    });
  }
  return success(SIGNS_OF_AN_NVIDIA_GPU.some((path) => exists(path)) ? 'cuda' : 'cpu');
}
