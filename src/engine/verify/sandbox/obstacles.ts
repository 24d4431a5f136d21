import { spawnSync } from 'node:child_process';
import type { Problem } from '../../../shared/problem.ts';
import { findProgram } from '../../execute/find-program.ts';
import { bubblewrapped, type Sandbox } from './bubblewrap.ts';
import type { Mount } from './mounts.ts';
import { textOf } from './system.ts';

/** The whole file system as it is, and only the processes in the sandbox. */
export const EVERYTHING: readonly Mount[] = [
  { kind: 'device', from: '/', at: '/' },
  { kind: 'processes', at: '/proc' },
];

/** Returns why no process can run in such a sandbox here, with what to do about it; nothing if one can. */
export function sandboxObstacle(
  environment: NodeJS.ProcessEnv,
  sandbox: Partial<Sandbox> = {},
  command: readonly [string, ...string[]] = ['true'],
): Problem | undefined {
  if (process.platform !== 'linux')
    return { message: 'sandboxes are made with bubblewrap, which runs on Linux only', advice: 'Run it on Linux.' };
  if (findProgram('bwrap', '/', environment) === undefined) {
    const advice = 'Install it: apt install bubblewrap, or dnf install bubblewrap.';
    return { message: 'bubblewrap, which makes sandboxes, is not installed', advice };
  }
  const whole = { mounts: EVERYTHING, network: false, hostname: 'sandbox', ...sandbox };
  const [program, ...args] = bubblewrapped(command, '/', whole);
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8', env: environment });
  if (status === 0) return undefined;
  const said = stderr.trim().split('\n', 1)[0] || `exit code ${status}`;
  return { message: `bubblewrap cannot make a sandbox here: ${said}`, advice: adviceOnSandboxes() };
}

/** What keeps bubblewrap from user namespaces, by the file in which the kernel says so. */
const SWITCHES: readonly (readonly [file: string, blocking: string, advice: string])[] = [
  [
    '/proc/sys/kernel/apparmor_restrict_unprivileged_userns',
    '1',
    'AppArmor allows user namespaces only to programs that have a profile (Ubuntu 23.10 and later). Give bwrap one, as ' +
      'docs/reproducibility.md shows, or allow them to all programs: sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
  ],
  [
    '/proc/sys/kernel/unprivileged_userns_clone',
    '0',
    'The kernel allows user namespaces to root only. Allow them: sudo sysctl -w kernel.unprivileged_userns_clone=1',
  ],
  [
    '/proc/sys/user/max_user_namespaces',
    '0',
    'The kernel allows no user namespaces. Allow some: sudo sysctl -w user.max_user_namespaces=10000',
  ],
];

/** Returns what to do about a machine without sandboxes. `valueIn` returns the text of a file, if there is one. */
export function adviceOnSandboxes(valueIn: (file: string) => string | undefined = textOf): string {
  if (['/.dockerenv', '/run/.containerenv'].some((file) => valueIn(file) !== undefined))
    return 'A container may not make sandboxes unless it is allowed to: docker run --privileged. Or run it outside.';
  const blocking = SWITCHES.find(([file, value]) => valueIn(file)?.trim() === value);
  return blocking?.[2] ?? 'Run it on a machine that allows user namespaces, or as root.';
}
