import { distinct, type Problem } from '../../../shared/problem.ts';
import type { Services } from '../../execute/services.ts';
import type { PassContext } from '../pass.ts';
import { sandboxObstacle } from '../sandbox/obstacles.ts';
import { buildPath } from './build-path.ts';
import { clock } from './clock.ts';
import { cpus } from './cpus.ts';
import { directoryOrder } from './directory-order.ts';
import { home, hostName, locale, timeZone, umask, user } from './simple.ts';
import type { PossibleVariation, Variation, VariedMachine } from './variation.ts';

/** The variations of this machine. */
export interface Variations {
  readonly possible: readonly Variation[];
  /** What cannot be varied here, and why. */
  readonly gaps: readonly Problem[];
  readonly hasSandbox: boolean;
}

/** Returns what can be varied on this machine. */
export function variationsHere({
  services: { environment, roots },
  folder,
}: Pick<PassContext, 'folder'> & { readonly services: Pick<Services, 'environment' | 'roots'> }): Variations {
  const withoutSandbox = sandboxObstacle(environment);
  const machine: VariedMachine = { environment, roots, folder, withoutSandbox };
  const all: readonly PossibleVariation[] = [
    home(machine),
    user(machine),
    timeZone(),
    locale(),
    hostName(machine),
    umask(),
    cpus(machine),
    directoryOrder(machine),
    clock(),
    buildPath(machine),
  ];
  const possible = all.filter((each) => 'change' in each);
  return { possible, gaps: gapsOf(all), hasSandbox: withoutSandbox === undefined };
}

/** Several may have the same reason, which is then said once. */
function gapsOf(all: readonly PossibleVariation[]): readonly Problem[] {
  const obstacles = all.flatMap((each) => ('change' in each ? [] : [each]));
  return distinct(obstacles.map(({ obstacle }) => obstacle)).map((obstacle) => {
    const names = obstacles.filter((each) => each.obstacle.message === obstacle.message).map(({ name }) => name);
    return { ...obstacle, message: `not varied: ${names.join(', ')}. The reason: ${obstacle.message}` };
  });
}
