import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Problem } from '../../shared/problem.ts';
import { failure, type Result, success } from '../../shared/problem.ts';
import type { FailureReason } from './failure.ts';
import { onPrintedLines } from './printed-lines.ts';
import { type HostMessage, type HostTask, MESSAGES } from './protocol.ts';
import { readMessage } from './read-message.ts';
import { placeInStack } from './stack.ts';

/** How long a stage may take to end by itself when the run is cancelled. */
const GRACE_MILLISECONDS = 1000;
/** The longest that a timer can be set to, some 25 days. */
const LONGEST_MILLISECONDS = 2 ** 31 - 1;
/** How much of what a process printed is kept for the message about its crash. */
const KEPT_OUTPUT = 4000;

export interface ProcessOptions {
  /** Path of the host module. */
  readonly host: string;
  readonly root: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Seconds after which the process is ended. */
  readonly timeout?: number;
  readonly signal: AbortSignal;
  readonly onMessage: (message: HostMessage) => void;
}

/** How a stage's process ended. */
export type ProcessEnd =
  | { readonly type: 'ended'; readonly message: HostMessage }
  | { readonly type: 'failed'; readonly failure: FailureReason }
  | { readonly type: 'cancelled' };

const SHELL = '/bin/sh';
/**
 * The stage runs as the shell's own process. Beside it, in the same group, a watcher waits for the descriptor that only
 * the runner holds open to end: however the runner dies, and however busy the stage is, the whole group ends with it.
 */
const WATCHED = `{ read -r _; kill -9 0; } <&${MESSAGES} >/dev/null 2>&1 ${MESSAGES}>&- & exec "$@"`;

/** Runs one request in a process of its own, which is the leader of its own group. */
export async function runInProcess(
  request: HostTask,
  requestFile: string,
  options: ProcessOptions,
): Promise<ProcessEnd> {
  let last: HostMessage | undefined;
  let output = '';
  writeFileSync(requestFile, JSON.stringify({ ...request, variables: Object.keys(options.environment) }));
  const child = start(requestFile, options);
  const ended = endOf(child);
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT_OUTPUT);
    });
  }
  // What a stage prints while it is being written is worth seeing; libraries' own words mostly go to stderr.
  if (child.stdout !== null) onPrintedLines(child.stdout, (message) => options.onMessage({ type: 'log', message }));
  onLines(child.stdio[MESSAGES] as Readable | null, (line) => {
    const message = readMessage(line) ?? { type: 'log', message: line };
    if (message.type === 'log' || message.type === 'progress' || message.type === 'metrics') options.onMessage(message);
    else last = message;
  });
  const stop = stopInTime(child, options);
  const how = await ended;
  const cut = stop();
  if (cut === 'aborted') return { type: 'cancelled' };
  if (cut !== undefined) return { type: 'failed', failure: { kind: 'timed-out', seconds: cut.after } };
  if (last === undefined) {
    return { type: 'failed', failure: { kind: 'crashed', how, output: output.trim() } };
  }
  return { type: 'ended', message: last };
}

function start(requestFile: string, { host, root, environment }: ProcessOptions): ChildProcess {
  const command = [process.execPath, '--no-warnings', host, requestFile] as const;
  // A container may have no shell: then a stage notices that the runner is gone when it next tells something.
  const [file, ...args] = existsSync(SHELL) ? ([SHELL, '-c', WATCHED, 'stage', ...command] as const) : command;
  // Not execa: loading it takes as long as a small stage.
  return spawn(file, args, {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
}

function onLines(stream: Readable | null, onLine: (line: string) => void): void {
  if (stream !== null) createInterface({ input: stream }).on('line', onLine);
}

/** How the process ended, once all that it wrote has arrived. What it started ends with it. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let patience: NodeJS.Timeout | undefined;
    child.on('exit', () => {
      endGroup(child.pid);
      patience = setTimeout(() => setImmediate(letGo, child), GRACE_MILLISECONDS);
    });
    child.on('close', () => clearTimeout(patience));
    child.on('error', (error) => resolve(`could not be started: ${error.message}`));
    child.on('close', (code, signal) =>
      resolve(signal === null ? `ended with exit code ${code ?? 'unknown'}` : `was ended by ${signal}`),
    );
  });
}

/** Waits no longer for output that a process which left the group of `child` may hold open for ever. */
function letGo({ stdio }: ChildProcess): void {
  for (const stream of stdio) stream?.destroy();
}

/** Ends a process and all that it started. */
function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // All of them have ended by themselves.
  }
}

/**
 * When the run is cancelled or the time is over, asks the process to end and, if it doesn't, ends its whole group.
 * Returns how to stop watching, which says whether it was cut short. (Not by AbortSignal.any with a timeout: Node 20
 * may collect these before they abort.)
 */
function stopInTime(
  child: ChildProcess,
  { signal, timeout }: Pick<ProcessOptions, 'signal' | 'timeout'>,
): () => 'aborted' | { readonly after: number } | undefined {
  let patience: NodeJS.Timeout | undefined;
  let timedOut = false;
  const cutShort = () => {
    child.kill('SIGTERM');
    patience ??= setTimeout(() => endGroup(child.pid), GRACE_MILLISECONDS);
  };
  const onTimeout = () => {
    timedOut = true;
    cutShort();
  };
  const limit =
    timeout === undefined ? undefined : setTimeout(onTimeout, Math.min(timeout * 1000, LONGEST_MILLISECONDS));
  if (signal.aborted) cutShort();
  else signal.addEventListener('abort', cutShort, { once: true });
  return () => {
    clearTimeout(limit);
    clearTimeout(patience);
    signal.removeEventListener('abort', cutShort);
    if (signal.aborted) return 'aborted';
    return timedOut && timeout !== undefined ? { after: timeout } : undefined;
  };
}

/** What the last word of a stage's process means. */
export function toResult(message: HostMessage, root: string): Result<void, FailureReason> {
  switch (message.type) {
    case 'done':
      return success(undefined);
    case 'reported': {
      const { kind, problems } = message.failure;
      return failure({
        kind: kind === 'bad-input' ? 'bad-input' : 'reported',
        problems: problems as readonly Problem[],
      });
    }
    case 'threw': {
      const { message: text, stack } = message.error;
      const at = placeInStack(stack, root);
      return failure({ kind: 'threw', message: text, stack, ...(at && { at }) });
    }
    case 'log':
    case 'progress':
    case 'metrics':
    case 'described':
      throw new Error(`a stage's process ended with «${message.type}»`);
    default:
      return message satisfies never;
  }
}
