import type { PassContext } from '../pass.ts';
import { sandboxObstacle } from '../sandbox/obstacles.ts';
import { buildPath } from './build-path.ts';
import { clock } from './clock.ts';
import { cpus } from './cpus.ts';
import { directoryOrder } from './directory-order.ts';
import { home, hostName, locale, timeZone, umask, user } from './simple.ts';
import type { PossibleVariation, VariedMachine } from './variation.ts';

/** Returns the variations of this machine, and why some of them are not possible. */
export function variationsHere({
  services: { environment, roots },
  folder,
}: Pick<PassContext, 'services' | 'folder'>): readonly PossibleVariation[] {
  const withoutSandbox = sandboxObstacle(environment);
  const machine: VariedMachine = { environment, roots, folder, withoutSandbox };
  const path = buildPath(machine);
  return [
    home(machine),
    user(machine),
    timeZone(),
    locale(),
    hostName(machine),
    umask(),
    cpus(machine),
    directoryOrder(machine, 'seenAt' in path ? path.seenAt : undefined),
    clock(),
    path,
  ];
}
