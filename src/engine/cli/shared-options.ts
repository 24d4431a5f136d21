import type { OptionSpec } from './command-spec.ts';
import { parsePositive } from './quantities.ts';

// Options of several commands.

export const JOBS: OptionSpec = {
  flags: '--jobs <N>',
  description: 'maximum number of stages that run in parallel (default: number of cores)',
  parse: parsePositive,
};

export const STACK: OptionSpec = {
  flags: '--stack',
  description: 'print the whole stack of each error that a stage throws',
};
