import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { adviceOnLimit, describeLimit } from '../../shared/limits.ts';
import type { Problem } from '../../shared/problem.ts';
import { failure, type Result, success } from '../../shared/problem.ts';
import { shortened } from '../../shared/wording.ts';
import type { Usage } from '../cache/records.ts';
import type { FailureReason } from './failure.ts';
import type { Launch } from './launch.ts';
import { endMarked, withMark } from './left-behind.ts';
import { onPrintedLines } from './printed-lines.ts';
import { endGroup, startGroup } from './process-group.ts';
import { type HostMessage, type HostTask, MESSAGES } from './protocol.ts';
import { readMessage } from './read-message.ts';
import { placeInStack } from './stack.ts';
import { StopInTime, type StopOptions } from './stop-in-time.ts';
import { UsageWatch } from './usage.ts';

/** How long the output of a process that has ended may be held open without a word, by a process that left its group. */
const OUTPUT_MILLISECONDS = 1000;
/** Such a process may print for ever. What is on its way when a process ends is less than this, in characters. */
const LEFT_OUTPUT = 1 << 24;
/** How many characters of a process' output are kept for the message about a crash. */
const KEPT_OUTPUT = 4000;
/** Longer messages, in characters, are taken for something that the stage or native code wrote there by mistake. */
const LONGEST_MESSAGE = 1 << 24;

export interface ProcessOptions {
  readonly root: string;
  readonly environment: Readonly<Record<string, string>>;
  /** When to stop it. */
  readonly stop: StopOptions;
  /** The memory that it and its children may use, in bytes. */
  readonly memory?: number;
  /** Changes how it is started. */
  readonly launch?: (launch: Launch) => Launch | Promise<Launch>;
  readonly onMessage: (message: HostMessage) => void;
  /** Called if processes that it had started were still running when it ended by itself. They have been ended. */
  readonly onLeftBehind: (processes: readonly string[]) => void;
}

/** How a stage's process ended. */
export type ProcessEnd =
  | { readonly type: 'ended'; readonly message: HostMessage; readonly usage: Usage | undefined }
  | { readonly type: 'failed'; readonly failure: FailureReason }
  | { readonly type: 'cancelled' };

/** How a program ended. `reason`: why it failed, if its end alone means that. */
export type ProgramEnd =
  | {
      readonly type: 'exited';
      readonly code: number | undefined;
      readonly reason: FailureReason;
      readonly usage: Usage | undefined;
    }
  | Exclude<ProcessEnd, { readonly type: 'ended' }>;

/** Runs a task of the host in a process of its own, which is the leader of its own process group. */
export async function runInProcess(
  request: HostTask,
  requestFile: string,
  options: ProcessOptions & { readonly host: string },
): Promise<ProcessEnd> {
  let last: HostMessage | undefined;
  const environment = withMark(options.environment);
  writeFileSync(requestFile, JSON.stringify({ ...request, variables: Object.keys(environment) }));
  const end = await runProgram([process.execPath, '--no-warnings', options.host, requestFile], readMessage, {
    ...options,
    environment,
    onMessage: (message) => {
      if (isLast(message)) last = message;
      else options.onMessage(message);
    },
  });
  if (end.type !== 'exited') return end;
  return last === undefined
    ? { type: 'failed', failure: end.reason }
    : { type: 'ended', message: last, usage: end.usage };
}

/**
 * Runs a program in a process of its own, which is the leader of its own process group. `read` returns the message in a
 * line on the descriptor `MESSAGES`, or nothing if it is none. The environment has a mark.
 */
export async function runProgram(
  command: readonly [string, ...string[]],
  read: (line: string) => HostMessage | undefined,
  options: ProcessOptions,
): Promise<ProgramEnd> {
  let output = '';
  const { environment, root: cwd } = options;
  const launch = { command, environment, cwd };
  const started = start((await options.launch?.(launch)) ?? launch);
  if (!started.ok) return { type: 'failed', failure: started.failure };
  const child = started.value;
  const stop = new StopInTime(child, options.stop);
  const watch = new UsageWatch(child.pid, options.memory, () => endGroup(child));
  const ended = endOf(child, environment);
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT_OUTPUT);
    });
  }
  for (const source of ['stdout', 'stderr'] as const) {
    const stream = child[source];
    if (stream) onPrintedLines(stream, (message) => options.onMessage({ type: 'log', message, source }));
  }
  const messages = child.stdio?.[MESSAGES];
  const onMessageLine = (line: string) => {
    const message = read(line) ?? { type: 'log', message: shortened(line) };
    if (message.type === 'saving') stop.saving(message.active);
    else options.onMessage(message);
  };
  if (messages instanceof Readable) onPrintedLines(messages.setEncoding('utf8'), onMessageLine, LONGEST_MESSAGE);
  const { leftBehind, code, ...crash } = await ended;
  const stopped = stop.end();
  const { usage, over } = watch.end();
  if (stopped?.why === 'cancelled') return { type: 'cancelled' };
  if (stopped !== undefined) return { type: 'failed', failure: { kind: 'timed-out', seconds: stopped.seconds } };
  if (over !== undefined && options.memory !== undefined) {
    return { type: 'failed', failure: { kind: 'out-of-memory', used: over, limit: options.memory } };
  }
  if (leftBehind.length > 0) options.onLeftBehind(leftBehind);
  return { type: 'exited', code, usage, reason: { kind: 'crashed', ...crash, output: output.trim() } };
}

function isLast({ type }: HostMessage): boolean {
  return !['log', 'progress', 'metrics', 'loading'].includes(type);
}

function start({ command, environment, cwd }: Launch): Result<ChildProcess, FailureReason> {
  try {
    const stdio = ['ignore', 'pipe', 'pipe', 'pipe'] as const;
    return success(startGroup(command, environment, { cwd, stdio: [...stdio] }));
  } catch (error) {
    return failure({ kind: 'crashed', ...notStarted(error as NodeJS.ErrnoException), output: '' });
  }
}

function notStarted({ code, message }: NodeJS.ErrnoException): Pick<Ended, 'how' | 'advice'> {
  const advice = adviceOnLimit(code);
  const how = `could not be started: ${describeLimit(code) ?? message}`;
  return { how, ...(advice !== undefined && { advice }) };
}

interface Ended {
  readonly how: string;
  readonly advice?: string;
  readonly code: number | undefined;
  /** The processes that had left its group. */
  readonly leftBehind: readonly string[];
}

/** Returns how the process ended, once all its output has arrived. Kills the processes that it started. */
function endOf(child: ChildProcess, environment: Readonly<Record<string, string>>): Promise<Ended> {
  return new Promise((resolve) => {
    let leftBehind: readonly string[] = [];
    let patience: NodeJS.Timeout | undefined;
    child.on('exit', () => {
      leftBehind = endMarked(environment, child.pid);
      let arrived = 0;
      patience = setTimeout(() => setImmediate(closeStreams, child), OUTPUT_MILLISECONDS);
      for (const stream of child.stdio) {
        stream?.on('data', (text: string) => {
          arrived += text.length;
          if (arrived < LEFT_OUTPUT) patience?.refresh();
        });
      }
    });
    child.on('error', (error) => resolve({ ...notStarted(error), code: undefined, leftBehind }));
    child.on('close', (code, signal) => {
      clearTimeout(patience);
      const how = signal === null ? `ended with exit code ${code ?? 'unknown'}` : `was terminated by ${signal}`;
      resolve({ how, code: code ?? undefined, leftBehind });
    });
  });
}

/** Closes the streams, which a process that left the group of `child` might keep open forever. */
function closeStreams({ stdio }: ChildProcess): void {
  for (const stream of stdio) stream?.destroy();
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

/** Turns the last message of a stage's process into a result: what the stage has mistaken, if anything. */
export function toResult(message: HostMessage, root: string): Result<string | undefined, FailureReason> {
  switch (message.type) {
    case 'done':
      return success(message.mistake);
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
      const { message: text, causes, stack, code } = message.error;
      const at = placeInStack(stack, root);
      const advice = adviceOnLimit(code);
      return failure({
        kind: 'threw',
        message: text,
        causes,
        stack,
        ...(at && { at }),
        ...(advice !== undefined && { advice }),
      });
    }
    case 'log':
    case 'progress':
    case 'metrics':
    case 'saving':
    case 'loading':
    case 'described':
      throw new Error(`unexpected last message of a stage's process: "${message.type}"`);
    default:
      return message satisfies never;
  }
}
