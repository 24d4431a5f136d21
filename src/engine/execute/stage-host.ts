/** The main module of a stage's process: loads the bundle of the stage, runs it and sends messages to the runner. */

import { readFileSync, writeSync } from 'node:fs';
import { inspect } from 'node:util';
import type { PreviousResult, Progress, StageContext, StageDefinition } from '../../index.ts';
import { withNonFinite } from '../../shared/non-finite.ts';
import { readListing } from '../fingerprint/listings.ts';
import { toInput } from '../plan/input-names.ts';
import { blockOutput } from './blocking-output.ts';
import { DeclaredPaths } from './declared-paths.ts';
import { type Description, type HostMessage, type HostRequest, MESSAGES, type PreviousPaths } from './protocol.ts';
import { isStageFailure } from './read-message.ts';
import { toThrown } from './thrown-error.ts';

type AnyDefinition = Omit<StageDefinition, 'run'> & {
  readonly run: (context: StageContext<unknown, unknown, unknown>) => ReturnType<StageDefinition['run']>;
};

const RETURN = 'Return nothing, badInput(…) or failed(…), and await what is asynchronous: await Promise.all(…).';

const BRIEFLY = { depth: 1, maxArrayLength: 3, maxStringLength: 60, breakLength: Number.POSITIVE_INFINITY };

const stopped = new AbortController();

blockOutput();

// A terminal, or whoever ends a session, signals all its processes, but only the runner decides when stages stop.
for (const signal of ['SIGINT', 'SIGHUP', 'SIGQUIT']) process.on(signal, () => undefined);
process.on('SIGTERM', () => stopped.abort(new Error('the run was cancelled, or the timeout of the stage is over')));
process.on('uncaughtException', (error) => finish({ type: 'threw', error: toThrown(error) }));
process.on('unhandledRejection', (error) => finish({ type: 'threw', error: toThrown(error) }));

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
  const paths = new DeclaredPaths();
  try {
    const definition = (await load(request.bundle)) as AnyDefinition;
    const failure = await definition.run({
      params: request.params,
      inputs: paths.of(
        'input',
        request.inputs,
        (definition.inputs ?? []).map((declared) => toInput(declared).name),
      ),
      outputs: paths.of('output', request.outputs, Object.keys(request.outputs)),
      work: request.work,
      downloads: request.downloads,
      ...(request.previous && { previous: toPrevious(request.previous) }),
      log: (message) => send({ type: 'log', message: String(message) }),
      progress: sendProgress,
      metrics: sendMetrics,
      saving,
      signal: stopped.signal,
    });
    if (failure === undefined) return { type: 'done', ...(paths.mistake !== undefined && { mistake: paths.mistake }) };
    if (isStageFailure(failure)) return { type: 'reported', failure };
    const problem = { message: `run() returned ${inspect(failure, BRIEFLY)}`, advice: RETURN };
    return { type: 'reported', failure: { kind: 'failed', problems: [problem] } };
  } catch (error) {
    const thrown = toThrown(error);
    const mistakes = error instanceof TypeError && paths.mistake !== undefined ? [paths.mistake] : [];
    return { type: 'threw', error: { ...thrown, causes: [...thrown.causes, ...mistakes] } };
  }
}

function toPrevious({ outputs, listings }: PreviousPaths): PreviousResult<unknown> {
  const digestsIn = (listing: string) =>
    [...(readListing(listing) ?? [])].map(({ path, digest }) => [path, digest] as const);
  return { outputs, digests: (input) => new Map(digestsIn(listings[input] ?? '')) };
}

async function describe(bundles: readonly string[]): Promise<Description[]> {
  const descriptions: Description[] = [];
  for (const [index, bundle] of bundles.entries()) {
    send({ type: 'loading', bundle: index });
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

/** The minimum interval between progress messages, in milliseconds. The last one is always sent. */
const PROGRESS_MILLISECONDS = 100;
let progressSent = Number.NEGATIVE_INFINITY;

function sendProgress(progress: Progress): void {
  const { done, total } = progress;
  // Nothing can be drawn of 0 of NaN.
  if (!(Number.isFinite(done) && Number.isFinite(total))) return;
  const now = performance.now();
  if (now - progressSent < PROGRESS_MILLISECONDS && done < total) return;
  progressSent = now;
  send({ type: 'progress', progress });
}

/** NaN and infinite numbers are values like others: a training that diverged says so. */
function sendMetrics(values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value !== 'number') throw new TypeError(`metric "${name}" is not a number: ${inspect(value)}`);
  }
  send({ type: 'metrics', values });
}

/** How many calls of `saving` have not ended. */
let savings = 0;

async function saving<Value>(work: () => Value | Promise<Value>): Promise<Value> {
  if (savings++ === 0) send({ type: 'saving', active: true });
  try {
    return await work();
  } finally {
    if (--savings === 0) send({ type: 'saving', active: false });
  }
}

/** Writes a message synchronously, so that a crash of the stage right after it does not lose it. */
function send(message: HostMessage): void {
  const line = Buffer.from(`${JSON.stringify(message, withNonFinite)}\n`);
  for (let written = 0; written < line.length; ) {
    try {
      written += writeSync(MESSAGES, line, written);
    } catch (error) {
      surviveOrEnd((error as NodeJS.ErrnoException).code);
    }
  }
}

/** Returns if writing may succeed later. */
function surviveOrEnd(code: string | undefined): void {
  // The stage has made the descriptor non-blocking, and the runner is behind with reading.
  if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
  else if (code === 'EPIPE' || code === 'ECONNRESET') endAll();
  else {
    writeSync(2, `The stage closed descriptor ${MESSAGES}, which the runner listens to (${code}).\n`);
    process.exit(1);
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

/** How long a stage may go on by itself after it has said that it is done. */
const DRAIN_MILLISECONDS = 2000;

/**
 * Lets what the stage has started come to its end: a stream that it did not wait for may still have to be written. What
 * holds the process open for longer would be cut off, so it is an error.
 */
function drain(done: HostMessage & { readonly type: 'done' }): void {
  process.once('beforeExit', () => finish(done));
  const late = () => finish({ type: 'unfinished', open: process.getActiveResourcesInfo() });
  setTimeout(late, DRAIN_MILLISECONDS).unref();
}

// A stage may wait for something that Node does not count as work; its `timeout` ends that.
const waiting = setInterval(() => undefined, 2 ** 30);
void carryOut(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as HostRequest).then((message) => {
  clearInterval(waiting);
  if (message.type === 'done') drain(message);
  else finish(message);
});
