import os from 'node:os';
import { observeCalls, observeReads } from './observe.ts';
import type { Recorder } from './recorder.ts';

const OF_OS = [
  ...['availableParallelism', 'cpus', 'freemem', 'homedir', 'hostname', 'loadavg', 'machine', 'networkInterfaces'],
  ...['release', 'totalmem', 'uptime', 'userInfo', 'version'],
];
const READ_OF_PROCESS = ['argv', 'execArgv', 'pid', 'ppid', 'title'];

/**
 * Notes who asks for properties of the machine and of the process. `os.tmpdir()` is left alone: a stage that makes
 * temporary files needs it, and what it does there is seen.
 */
export function observeMachine(recorder: Recorder): void {
  for (const name of OF_OS) observeCalls(os, name, () => recorder.note('machine', () => `os.${name}()`));
  for (const name of READ_OF_PROCESS)
    observeReads(process, name, () => recorder.note('process', () => `process.${name}`));
  for (const name of ['cwd', 'uptime'])
    observeCalls(process, name, () => recorder.note('process', () => `process.${name}()`));
}
