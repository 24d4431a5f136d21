import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { coreVariables } from '../../execute/environment.ts';
import { findProgram } from '../../execute/find-program.ts';
import type { Mount } from '../sandbox/mounts.ts';
import { textOf } from '../sandbox/system.ts';
import type { PossibleVariation, VariedMachine } from './variation.ts';

const ONLINE = ['online', 'present', 'possible'].map((name) => join('/sys/devices/system/cpu', name));

/** One CPU instead of several. */
export function cpus({ environment, withoutSandbox }: VariedMachine): PossibleVariation {
  const name = 'number of CPUs';
  const count = availableParallelism();
  if (count === 1) {
    const advice = 'Run it on a machine with several CPUs.';
    return { name, obstacle: { message: 'there is only one CPU', advice } };
  }
  if (findProgram('taskset', '/', environment) === undefined) {
    const advice = 'Install it: apt install util-linux, or dnf install util-linux-core.';
    return { name, obstacle: { message: 'taskset is not installed', advice } };
  }
  const [, first = '0'] = /^Cpus_allowed_list:\s*(\d+)/m.exec(textOf('/proc/self/status') ?? '') ?? [];
  return {
    name,
    value: `1 instead of ${count}`,
    advice:
      'Make the number of parts, threads and workers a param, and join what they put out in a fixed order, not in the order ' +
      'in which they end.',
    change: ({ folder }) => ({
      environment: coreVariables(1),
      starter: ['taskset', '-c', first],
      ...(withoutSandbox === undefined && { sandbox: { mounts: oneCpu(folder) } }),
    }),
  };
}

/** Returns mounts by which the kernel seems to have one CPU. Writes files to `folder`. */
function oneCpu(folder: string): readonly Mount[] {
  const texts = new Map([
    ['/proc/stat', (textOf('/proc/stat') ?? '').replaceAll(/^cpu[1-9]\d* .*\n/gm, '')],
    ['/proc/cpuinfo', `${(textOf('/proc/cpuinfo') ?? '').split('\n\n', 1)[0]}\n\n`],
    ...ONLINE.map((path) => [path, '0\n'] as const),
  ]);
  return [...texts]
    .filter(([at]) => textOf(at) !== undefined)
    .map(([at, text], index) => {
      const from = join(folder, `cpu-${index}`);
      writeFileSync(from, text);
      return { kind: 'read', from, at };
    });
}
