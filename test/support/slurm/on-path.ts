import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { type CallContext, type FakeSlurm, PROGRAMS } from './fake-slurm.ts';
import type { JobEnd, StartedJob } from './job.ts';

/** Sends the call of a command to the process of the test, and prints its answer. */
const CLIENT = `const { connect } = require('node:net');
const { readFileSync } = require('node:fs');
const [socket, program, ...args] = process.argv.slice(2);
const readsInput = program === 'sbatch' && !process.stdin.isTTY;
const call = { program, args, input: readsInput ? readFileSync(0, 'utf8') : '', environment: process.env, directory: process.cwd() };
const connection = connect(socket, () => connection.end(JSON.stringify(call)));
let text = '';
connection.on('data', (data) => { text += data; });
connection.on('end', () => {
  const { code, stdout, stderr } = JSON.parse(text);
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = code;
});
`;

/** Makes the commands of a fake Slurm available to other processes. `atEnd` gets what takes them away again. */
export async function putOnPath(slurm: FakeSlurm, atEnd: (cleanUp: () => void) => void): Promise<string> {
  const directory = mkdtempSync(join(tmpdir(), 'pipeline-slurm-'));
  const socket = join(directory, 'socket');
  writeFileSync(join(directory, 'client.cjs'), CLIENT);
  const client = [process.execPath, join(directory, 'client.cjs'), socket].map((word) => `'${word}'`).join(' ');
  for (const program of PROGRAMS)
    writeFileSync(join(directory, program), `#!/bin/sh\nexec ${client} ${program} "$@"\n`, { mode: 0o755 });
  const server = createServer({ allowHalfOpen: true }, (connection) => {
    let text = '';
    connection.setEncoding('utf8').on('data', (data: string) => {
      text += data;
    });
    connection.on('end', async () => {
      const { program, args, ...context } = JSON.parse(text) as CallContext & {
        readonly program: string;
        readonly args: readonly string[];
      };
      connection.end(JSON.stringify(await slurm.run(program, args, context)));
    });
    // A client that was killed does not read its answer.
    connection.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  atEnd(() => {
    server.close();
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

/** Runs the script of a job in a process group of its own, as a node of a cluster does. */
export function runScript({ request, environment, output, onSignal }: StartedJob): Promise<JobEnd> {
  const log = openSync(isAbsolute(output) ? output : join(request.directory, output), request.appends ? 'a' : 'w');
  const script = mkdtempSync(join(tmpdir(), 'pipeline-slurm-job-'));
  writeFileSync(join(script, 'script'), request.script, { mode: 0o700 });
  const child = spawn(join(script, 'script'), {
    cwd: request.directory,
    env: environment,
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  onSignal((signal) => {
    // As Slurm does with --signal=B:…, only the script gets a warning; the end is for all its processes.
    const target = signal === 'SIGTERM' || signal === 'SIGKILL' ? -(child.pid ?? 0) : (child.pid ?? 0);
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(target, signal);
  });
  return new Promise((resolve) => {
    child.on('error', () => resolve({ kind: 'exited', code: 1 }));
    child.on('exit', (code, signal) => {
      rmSync(script, { recursive: true, force: true });
      resolve(signal === null ? { kind: 'exited', code: code ?? 1 } : { kind: 'signalled', signal });
    });
  });
}
