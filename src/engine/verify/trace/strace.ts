import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Problem } from '../../../shared/problem.ts';
import { findProgram } from '../../execute/find-program.ts';

const OPTIONS = [
  // The traced process stays the one that was started: it gets the signals, and its end is seen.
  '-D',
  // Most system calls run at full speed: a filter in the kernel stops only those that are recorded.
  ...['-f', '--seccomp-bpf'],
  ...['-qq', '-y', '-e', 'signal=none'],
];
/** The calls that are given a path, those that are given an address, and those that start a process or end it. */
const CALLS = 'trace=%file,%process,fchdir,connect,bind,sendto,sendmsg,sendmmsg';

/** Returns a command that runs `command` and records in the file `log` (absolute) what its processes ask of the system. */
export function straced(command: readonly [string, ...string[]], log: string): [string, ...string[]] {
  return ['strace', ...OPTIONS, '-e', CALLS, '-o', log, '--', ...command];
}

/** Returns why strace cannot be used here, with what to do about it; nothing if it can. Writes to `folder` (absolute). */
export function straceObstacles(environment: NodeJS.ProcessEnv, folder: string): readonly Problem[] {
  if (process.platform !== 'linux') {
    return [{ message: 'system calls are traced with strace, which runs on Linux only', advice: 'Run it on Linux.' }];
  }
  if (findProgram('strace', folder, environment) === undefined) {
    return [{ message: 'strace is not installed', advice: 'Install it: apt install strace, or dnf install strace.' }];
  }
  const [program, ...args] = straced(['/bin/true'], join(folder, 'probe'));
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', env: environment });
  if (status === 0 && stderr === '') return [];
  const said = stderr.trim().split('\n', 1)[0] ?? '';
  return [
    {
      message: `strace cannot trace a process here: ${said === '' ? `exit code ${status}` : said}`,
      advice:
        'In a container, allow it: docker run --cap-add=SYS_PTRACE. Elsewhere, set kernel.yama.ptrace_scope to at most 1. ' +
        'It has to be strace 5.3 or later.',
    },
  ];
}
