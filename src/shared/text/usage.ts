import { bytes, duration } from './format.ts';

/** Formats what a stage has used: `1.2 GB of memory, 3 min 20 s of CPU time`. */
export function usageText({
  peakMemory,
  cpuSeconds,
}: {
  readonly peakMemory: number;
  readonly cpuSeconds: number;
}): string {
  return `${bytes(peakMemory)} of memory, ${duration(cpuSeconds)} of CPU time`;
}
