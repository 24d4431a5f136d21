import { shellQuoted } from '../../shared/text/shell-quoted.ts';

/** The commands of a queue that the pipeline file describes, each with the values that it may name. */
export const QUEUE_COMMANDS = {
  submit: ['name', 'script', 'output', 'cpu', 'gpu', 'memory_mb', 'seconds', 'time'],
  status: ['ids'],
  cancel: ['ids'],
  log: ['id', 'output'],
} as const;

export type QueueCommand = keyof typeof QUEUE_COMMANDS;

/** What a queue means by a word for the state of a job. */
export const STATE_MEANINGS = [
  ...['queued', 'running', 'ended', 'succeeded', 'failed'],
  ...['out-of-memory', 'out-of-time', 'preempted', 'node-failed', 'cancelled'],
] as const;

export type StateMeaning = (typeof STATE_MEANINGS)[number];

/** A queue that is used by shell commands. */
export interface QueueCommands {
  readonly submit: string;
  readonly status: string;
  readonly cancel: string;
  readonly log?: string;
  /** What its words for states mean, as far as the usual meanings are not right. */
  readonly states: Readonly<Record<string, StateMeaning>>;
}

/** `{name}`. Braces with anything else between them belong to the shell or to awk, and so does `${name}`. */
const PLACEHOLDER = /(?<!\$)\{([a-z_]+)\}/g;

/** Returns the names of the values that a command names, each once. */
export function valuesIn(command: string): readonly string[] {
  return [...new Set([...command.matchAll(PLACEHOLDER)].map(([, name = '']) => name))];
}

/** Fills in the values, each of which becomes one word of the shell, and a list that many words. */
export function fillQueueCommand(
  command: string,
  values: Readonly<Record<string, string | number | readonly string[]>>,
): string {
  return command.replaceAll(PLACEHOLDER, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`there is no value for {${name}}`);
    return (typeof value === 'object' ? value : [String(value)]).map(shellQuoted).join(' ');
  });
}
