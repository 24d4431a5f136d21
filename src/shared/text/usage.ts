import { bytes, duration } from './format.ts';

/** Below this many seconds nobody asks what a stage has used, and few samples say it. */
const WORTH_TELLING = 10;

/** Formats what a stage has used: `1.2 GB of memory, 3 min 20 s of CPU time`. Returns nothing if it was short. */
export function usageText({
  seconds,
  usage,
}: {
  readonly seconds: number;
  readonly usage?: { readonly peakMemory: number; readonly cpuSeconds: number };
}): string | undefined {
  if (usage === undefined || seconds < WORTH_TELLING) return undefined;
  return `${bytes(usage.peakMemory)} of memory, ${duration(usage.cpuSeconds)} of CPU time`;
}
