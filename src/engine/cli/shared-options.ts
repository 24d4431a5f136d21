import type { OptionSpec } from './command-spec.ts';
import { parsePositive, parseRatio } from './quantities.ts';

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

export const TOLERANCE: OptionSpec = {
  flags: '--tolerance <RATIO>',
  description:
    'compare numbers with pipeline.lock by value, and accept differences up to this ratio to the largest number of their tensor or column (default: 0.0001 for results of another class of machine, otherwise none)',
  parse: parseRatio,
};
