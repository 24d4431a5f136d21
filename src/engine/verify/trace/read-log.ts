import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Access, accessesOf, type Connection, connectionOf } from './accesses.ts';
import { Family, Processes } from './processes.ts';
import { type SystemCall, SystemCallReader } from './system-calls.ts';

/** Is told what the processes in a log have done, in its order. */
export interface LogVisitor {
  access(access: Access): void;
  connection(connection: Connection): void;
}

/** Reads the log of strace at `path`. `cwd`: the working directory of the first process. Both are absolute. */
export async function readLog(path: string, cwd: string, visitor: LogVisitor): Promise<void> {
  const family = new Family();
  // Calls of a process may come before the one that has started it.
  for await (const call of callsIn(path, STARTING)) family.note(call);
  const processes = new Processes(family, cwd);
  for await (const call of callsIn(path)) {
    for (const access of accessesOf(call, processes)) visitor.access(access);
    const connection = connectionOf(call);
    if (connection !== undefined) visitor.connection(connection);
  }
}

/** The lines of the calls that start threads and processes. */
const STARTING = /clone|fork/;

async function* callsIn(path: string, lines?: RegExp): AsyncGenerator<SystemCall> {
  if (!existsSync(path)) return;
  const reader = new SystemCallReader();
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const call = lines?.test(line) === false ? undefined : reader.read(line);
    if (call !== undefined) yield call;
  }
}
