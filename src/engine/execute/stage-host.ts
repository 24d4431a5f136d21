/** The main module of a stage's process: loads the bundle of the stage, runs it and sends messages to the runner. */

import { readFileSync, writeSync } from 'node:fs';
import type { PreviousResult, Progress, StageContext, StageDefinition } from '../../index.ts';
import { readListing } from '../fingerprint/listings.ts';
import {
  type Description,
  type HostMessage,
  type HostRequest,
  MESSAGES,
  type PreviousPaths,
  type ThrownError,
} from './protocol.ts';
import { sourceStack } from './source-stack.ts';

type AnyDefinition = Omit<StageDefinition, 'run'> & {
  readonly run: (context: StageContext<unknown, unknown, unknown>) => ReturnType<StageDefinition['run']>;
};

const cancelled = new AbortController();

// Ctrl-C sends SIGINT to every process of the terminal, but only the runner decides when stages stop.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => cancelled.abort(new Error('the run was cancelled')));
process.on('uncaughtException', (error) => finish({ type: 'threw', error: toThrown(error) }));
process.on('unhandledRejection', (error) => finish({ type: 'threw', error: toThrown(error) }));
// Keeps the process alive while a stage waits for something that Node does not count as work, up to its `timeout`.
setInterval(() => undefined, 2 ** 30);
finish(await carryOut(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as HostRequest));

async function carryOut(request: HostRequest): Promise<HostMessage> {
  for (const name of Object.keys(process.env)) if (!request.variables.includes(name)) delete process.env[name];
  switch (request.type) {
    case 'run':
      return run(request);
    case 'describe':
      return { type: 'described', descriptions: await describe(request.bundles) };
  }
}

async function run(request: HostRequest & { type: 'run' }): Promise<HostMessage> {
  try {
    const definition = (await load(request.bundle)) as AnyDefinition;
    const failure = await definition.run({
      params: request.params,
      inputs: request.inputs,
      outputs: request.outputs,
      work: request.work,
      downloads: request.downloads,
      ...(request.previous && { previous: toPrevious(request.previous) }),
      log: (message) => send({ type: 'log', message }),
      progress: sendProgress,
      metrics: (values) => send({ type: 'metrics', values }),
      signal: cancelled.signal,
    });
    return failure === undefined ? { type: 'done' } : { type: 'reported', failure };
  } catch (error) {
    return { type: 'threw', error: toThrown(error) };
  }
}

function toPrevious({ outputs, listings }: PreviousPaths): PreviousResult<unknown> {
  return { outputs, digests: (input) => readListing(listings[input] ?? '') ?? new Map() };
}

async function describe(bundles: readonly string[]): Promise<Description[]> {
  const descriptions: Description[] = [];
  for (const bundle of bundles) {
    try {
      descriptions.push(toDescription(await load(bundle)));
    } catch (error) {
      descriptions.push({ ok: false, error: toThrown(error) });
    }
  }
  return descriptions;
}

async function load(bundle: string): Promise<unknown> {
  return ((await import(bundle)) as { default?: unknown }).default;
}

function toDescription(definition: unknown): Description {
  if (typeof definition !== 'object' || definition === null)
    return { ok: false, notAStage: 'it has no default export' };
  const { params, inputs, outputs, reuses, run } = definition as Partial<StageDefinition>;
  if (typeof run !== 'function') return { ok: false, notAStage: 'its default export has no function "run"' };
  if (!isNames(outputs) || outputs.length === 0) {
    return { ok: false, notAStage: 'its "outputs" is not a list of at least one name' };
  }
  if (inputs !== undefined && !isNames(inputs)) return { ok: false, notAStage: 'its "inputs" is not a list of names' };
  // Removes what JSON cannot express, which a schema may contain by mistake.
  const schema = params === undefined ? {} : { params: JSON.parse(JSON.stringify(params)) };
  return { ok: true, interface: { ...schema, inputs: inputs ?? [], outputs, ...(reuses === true && { reuses }) } };
}

function isNames(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((name) => typeof name === 'string' && name !== '');
}

function toThrown(error: unknown): ThrownError {
  if (!(error instanceof Error)) return { message: String(error), stack: '' };
  return { message: error.message, stack: sourceStack(error.stack ?? '') };
}

/** The minimum interval between progress messages, in milliseconds. The last one is always sent. */
const PROGRESS_MILLISECONDS = 100;
let progressSent = Number.NEGATIVE_INFINITY;

function sendProgress(progress: Progress): void {
  const now = performance.now();
  if (now - progressSent < PROGRESS_MILLISECONDS && progress.done < progress.total) return;
  progressSent = now;
  send({ type: 'progress', progress });
}

/** Writes a message synchronously, so that a crash of the stage right after it does not lose it. */
function send(message: HostMessage): void {
  const line = Buffer.from(`${JSON.stringify(message)}\n`);
  try {
    for (let written = 0; written < line.length; ) written += writeSync(MESSAGES, line, written);
  } catch {
    endAll();
  }
}

/** Kills this process, the leader of its group, and all processes that the stage started. The runner has ended. */
function endAll(): void {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    process.exit(1);
  }
}

/** Sends the last message and exits at once: native threads might keep the process alive. */
function finish(message: HostMessage): void {
  send(message);
  process.exit(0);
}
