import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Overlays } from '../plan/overlay.ts';

/** Where the engine's own built files lie. */
export interface Engine {
  readonly host: string;
  readonly stageApi: string;
}

/** What every command takes. */
export interface CommonOptions extends Overlays {
  readonly file?: string;
  readonly cache?: string;
  readonly json: boolean;
  readonly color: boolean;
  readonly jobs?: number;
  readonly engine: Engine;
}

/** Adds the options that every command takes. */
export function withCommonOptions(command: Command): Command {
  return command
    .option('-f, --file <FILE>', 'the pipeline file (default: pipeline.yaml, here or in a folder above)')
    .option('--cache <DIR>', 'the cache (default: cache beside the pipeline file)')
    .addOption(
      new Option('--set <KEY=VALUE>', 'replace a shared param, or with STAGE.PARAM one of a stage; repeatable')
        .argParser((value: string, before: string[]) => [...before, value])
        .default([], 'none'),
    )
    .option('--profile <NAME>', 'lay a profile of the pipeline file over its params')
    .option('--json', 'one JSON object a line on stdout', false)
    .option('--no-color', 'no colours');
}

/** A whole number from 1. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('It must be a whole number from 1.');
  return value;
}
