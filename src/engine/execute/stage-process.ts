import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import type { Problem } from '../../shared/problem.ts';
import { failure, type Result, success } from '../../shared/problem.ts';
import { shortened } from '../../shared/wording.ts';
import type { FailureReason } from './failure.ts';
import { onPrintedLines } from './printed-lines.ts';
import { type HostMessage, type HostTask, MESSAGES } from './protocol.ts';
import { readMessage } from './read-message.ts';
import { placeInStack } from './stack.ts';

/** How long a stage may take to end when the run is cancelled, before it is killed. */
const GRACE_MILLISECONDS = 1000;
/** The maximum delay of a timer, about 25 days. */
const LONGEST_MILLISECONDS = 2 ** 31 - 1;
/** How many characters of a process' output are kept for the message about a crash. */
const KEPT_OUTPUT = 4000;
/** Longer messages, in characters, are taken for something that the stage or native code wrote there by mistake. */
const LONGEST_MESSAGE = 1 << 24;

export interface ProcessOptions {
  /** The path of the host module. */
  readonly host: string;
  readonly root: string;
  readonly environment: Readonly<Record<string, string>>;
  /** The time limit, in seconds. */
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
 * The shell replaces itself with the stage. Beside it, in the same process group, a watcher waits until the descriptor
 * that only the runner holds open is closed, and then kills the group. So the group ends with the runner, however the
 * runner dies and however busy the stage is.
 */
const WATCHED = `{ read -r _; kill -9 0; } <&${MESSAGES} >/dev/null 2>&1 ${MESSAGES}>&- & exec "$@"`;

/** Runs a task in a process of its own, which is the leader of its own process group. */
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
  // Output on stdout is usually the author's own debugging output. Libraries mostly log to stderr.
  if (child.stdout !== null) onPrintedLines(child.stdout, (message) => options.onMessage({ type: 'log', message }));
  const messages = child.stdio[MESSAGES] as Readable | null;
  messages?.setEncoding('utf8');
  const onMessageLine = (line: string) => {
    const message = readMessage(line) ?? { type: 'log', message: shortened(line) };
    if (message.type === 'log' || message.type === 'progress' || message.type === 'metrics') options.onMessage(message);
    else last = message;
  };
  if (messages !== null) onPrintedLines(messages, onMessageLine, LONGEST_MESSAGE);
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
  // A container may have no shell. Then a stage notices the end of the runner when it sends its next message.
  const [file, ...args] = existsSync(SHELL) ? ([SHELL, '-c', WATCHED, 'stage', ...command] as const) : command;
  // Not execa, since loading it takes as long as running a small stage.
  return spawn(file, args, {
    cwd: root,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
}

/** Returns how the process ended, once all its output has arrived. Kills the processes that it started. */
function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let patience: NodeJS.Timeout | undefined;
    child.on('exit', () => {
      endGroup(child.pid);
      patience = setTimeout(() => setImmediate(closeStreams, child), GRACE_MILLISECONDS);
    });
    child.on('close', () => clearTimeout(patience));
    child.on('error', (error) => resolve(`could not be started: ${error.message}`));
    child.on('close', (code, signal) =>
      resolve(signal === null ? `ended with exit code ${code ?? 'unknown'}` : `was terminated by ${signal}`),
    );
  });
}

/** Closes the streams, which a process that left the group of `child` might keep open forever. */
function closeStreams({ stdio }: ChildProcess): void {
  for (const stream of stdio) stream?.destroy();
}

/** Kills a process and all processes in its group. */
function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // All of them have already ended.
  }
}

/**
 * Terminates the process when the run is cancelled or the time limit is exceeded, and kills its group if it does not
 * end. Returns a function that stops watching and returns whether the process was terminated. (AbortSignal.any with a
 * timeout does not work: Node 20 may garbage-collect these signals before they abort.)
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

function unfinishedProblem(open: readonly string[]): Problem {
  const counts = new Map<string, number>();
  for (const name of open) counts.set(name, (counts.get(name) ?? 0) + 1);
  const list = [...counts].map(([name, count]) => (count === 1 ? name : `${count} × ${name}`)).join(', ');
  return {
    message: `the stage returned while something that it had started went on: ${list}`,
    advice:
      'Await it before `run` returns: streams with `finished` of node:stream/promises; close servers, sockets and ' +
      'watchers, clear timers, terminate workers.',
  };
}

/** Turns the last message of a stage's process into a result. */
export function toResult(message: HostMessage, root: string): Result<void, FailureReason> {
  switch (message.type) {
    case 'done':
      return success(undefined);
    case 'unfinished':
      return failure({ kind: 'reported', problems: [unfinishedProblem(message.open)] });
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
      throw new Error(`unexpected last message of a stage's process: "${message.type}"`);
    default:
      return message satisfies never;
  }
}
