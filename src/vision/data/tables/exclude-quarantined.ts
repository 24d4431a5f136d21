import type { Targets } from './targets.ts';
import type { Split } from './task.ts';

export interface RemainingSamples {
  readonly targets: Targets;
  /** The number of excluded samples of each split. */
  readonly leftOut: Readonly<Record<Split, number>>;
}

/**
 * Returns the targets without the samples of quarantined images, and the number of samples that were excluded.
 *
 * @param quarantined the reason for each quarantined file. `tasks[].samples` still counts the excluded samples.
 */
export function excludeQuarantined(targets: Targets, quarantined: ReadonlyMap<string, string>): RemainingSamples {
  const samplesIn = (split: Split) =>
    targets.samplesIn(split).filter((sample) => !quarantined.has(targets.file(sample)));
  const leftOut = (split: Split) => targets.samplesIn(split).length - samplesIn(split).length;
  return {
    targets: quarantined.size === 0 ? targets : { ...targets, samplesIn },
    leftOut: { train: leftOut('train'), validation: leftOut('validation'), test: leftOut('test') },
  };
}
