import type { ResourcesDeclaration, StageDeclaration } from './declaration.ts';
import { bytesOf, secondsOf } from './quantities.ts';

/** The resources that a stage uses while it runs. */
export interface Resources {
  readonly cpu?: number;
  /** In bytes. */
  readonly memory?: number;
  readonly gpu?: number;
}

export interface Retries {
  /** How often a failed stage is retried. */
  readonly count: number;
  /** How long to wait before the first retry, in seconds; doubled for each next one. */
  readonly backoff: number;
}

/** The settings for running a stage. None of them is part of the action key. */
export interface ExecutionSettings {
  readonly resources: Resources;
  readonly retries: Retries;
  /** The time limit of one attempt, in seconds. */
  readonly timeout?: number;
  /** How long it may save its state when it is stopped, in seconds. */
  readonly grace: number;
  /** False for a stage whose outputs may differ under the same action key. Its first result is pinned. */
  readonly deterministic: boolean;
}

const DEFAULT_GRACE = '30s';

/** Returns the settings of a stage, with defaults for what it does not declare. */
export function executionSettingsOf({
  resources = {},
  retries,
  timeout,
  grace,
  deterministic,
}: StageDeclaration): ExecutionSettings {
  return {
    resources: resourcesOf(resources),
    retries: retriesOf(retries),
    ...(timeout !== undefined && { timeout: secondsOf(timeout) }),
    grace: secondsOf(grace ?? DEFAULT_GRACE),
    deterministic: deterministic ?? true,
  };
}

/** Returns declared amounts as numbers. */
export function resourcesOf({ memory, ...others }: ResourcesDeclaration): Resources {
  return { ...others, ...(memory !== undefined && { memory: bytesOf(memory) }) };
}

function retriesOf(declared: StageDeclaration['retries'] = 0): Retries {
  if (typeof declared === 'number') return { count: declared, backoff: 0 };
  return { count: declared.count, backoff: secondsOf(declared.backoff ?? 0) };
}
