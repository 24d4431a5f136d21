import type { Targets } from './targets.ts';
import type { Split } from './task.ts';

export interface RemainingSamples {
  readonly targets: Targets;
  /** How many samples that costs each split. */
  readonly leftOut: Readonly<Record<Split, number>>;
}

/** The targets without the samples whose images were put aside; how often a task is labelled stays what it was. */
export function excludeQuarantined(targets: Targets, quarantined: ReadonlyMap<string, string>): RemainingSamples {
  const samplesIn = (split: Split) =>
    targets.samplesIn(split).filter((sample) => !quarantined.has(targets.file(sample)));
  const leftOut = (split: Split) => targets.samplesIn(split).length - samplesIn(split).length;
  return {
    targets: quarantined.size === 0 ? targets : { ...targets, samplesIn },
    leftOut: { train: leftOut('train'), validation: leftOut('validation') },
  };
}
