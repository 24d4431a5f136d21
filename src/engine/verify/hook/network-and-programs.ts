import childProcess from 'node:child_process';
import dns from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { isObject } from '../../../shared/shapes.ts';
import { observeCalls } from './observe.ts';
import type { Recorder } from './recorder.ts';

/** Notes which code opens connections. The system calls show the addresses. */
export function observeNetwork(recorder: Recorder): void {
  const note = (args: readonly unknown[]) => recorder.note('network', () => destination(args));
  for (const [owner, names] of [
    [http, ['get', 'request']],
    [https, ['get', 'request']],
    [net, ['connect', 'createConnection']],
    [net.Socket.prototype, ['connect']],
    [dns, ['lookup', 'resolve', 'resolve4', 'resolve6']],
    [dns.promises, ['lookup', 'resolve', 'resolve4', 'resolve6']],
    [globalThis, ['fetch']],
  ] as const)
    for (const name of names) observeCalls(owner, name, note);
}

/** Notes which code starts programs. */
export function observePrograms(recorder: Recorder): void {
  for (const name of ['exec', 'execFile', 'execFileSync', 'execSync', 'fork', 'spawn', 'spawnSync'])
    observeCalls(childProcess, name, ([program]) => recorder.note('program', () => String(program)));
}

/** Returns where a connection leads, as far as the arguments say it: `example.org:443`. */
function destination(args: readonly unknown[]): string {
  const [first, second] = args;
  if (typeof first === 'number') return `${typeof second === 'string' ? second : 'localhost'}:${first}`;
  if (first instanceof URL) return first.host;
  if (typeof first === 'string') return URL.canParse(first) ? new URL(first).host : first;
  if (first instanceof Request) return new URL(first.url).host;
  if (!isObject(first)) return 'unknown';
  const { host = first['hostname'] ?? 'localhost', port, path } = first;
  if (typeof path === 'string' && port === undefined && first['host'] === undefined) return path;
  return port === undefined ? String(host) : `${host}:${port}`;
}
