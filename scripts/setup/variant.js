import { existsSync } from 'node:fs';
import { problem, success } from './result.js';

/**
 * @import { Result } from '../../src/shared/problem.ts'
 * @typedef {'cpu' | 'cuda'} Variant
 */

/** The driver makes them; in a container only when it was given a GPU. */
const SIGNS_OF_AN_NVIDIA_GPU = ['/dev/nvidia0', '/proc/driver/nvidia/version', '/usr/lib/wsl/lib/libcuda.so.1'];

/**
 * Which build of TensorFlow this machine gets: PIPELINE_TENSORFLOW decides, else whether there is a GPU.
 *
 * @param {string | undefined} asked
 * @param {(path: string) => boolean} exists
 * @returns {Result<Variant>}
 */
export function chooseVariant(asked = process.env['PIPELINE_TENSORFLOW'], exists = existsSync) {
  if (asked === 'cpu' || asked === 'cuda') return success(asked);
  if (asked) {
    return problem(
      `PIPELINE_TENSORFLOW is "${asked}".`,
      'Set it to cpu or cuda, or unset it to have the machine looked at.',
    );
  }
  return success(SIGNS_OF_AN_NVIDIA_GPU.some((path) => exists(path)) ? 'cuda' : 'cpu');
}
