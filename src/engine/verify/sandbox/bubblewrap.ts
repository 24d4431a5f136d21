import { arranged, type Mount } from './mounts.ts';

/** What the processes in a sandbox see. This is to find mistakes: it does not hold back a program that wants to get out. */
export interface Sandbox {
  readonly mounts: readonly Mount[];
  /** Whether the processes can reach the network. */
  readonly network: boolean;
  readonly hostname?: string;
  /** The number of the user and of the group, if they are not the real ones. */
  readonly userId?: number;
  /** Whether the processes may mount file systems. */
  readonly mayMount?: boolean;
}

/** Returns a command that runs `command` in a sandbox, in the folder `cwd` as it is seen there. */
export function bubblewrapped(
  command: readonly [string, ...string[]],
  cwd: string,
  { mounts, network, hostname, userId, mayMount }: Sandbox,
): [string, ...string[]] {
  const ordered = arranged(mounts);
  return [
    'bwrap',
    // With the first one, all processes in the sandbox end.
    ...['--die-with-parent', '--unshare-pid', '--unshare-ipc'],
    ...(network ? [] : ['--unshare-net']),
    ...(hostname === undefined ? [] : ['--unshare-uts', '--hostname', hostname]),
    ...(userId === undefined ? [] : ['--unshare-user', '--uid', String(userId), '--gid', String(userId)]),
    ...(mayMount ? ['--cap-add', 'CAP_SYS_ADMIN'] : []),
    ...ordered.flatMap(wordsOf),
    ...ordered.flatMap(({ kind, at }) => (kind === 'sealed' ? ['--remount-ro', at] : [])),
    ...['--chdir', cwd, '--', ...command],
  ];
}

function wordsOf(mount: Mount): readonly string[] {
  switch (mount.kind) {
    case 'read':
      return ['--ro-bind', mount.from, mount.at];
    case 'write':
      return ['--bind', mount.from, mount.at];
    case 'device':
      return ['--dev-bind', mount.from, mount.at];
    case 'link':
      return ['--symlink', mount.to, mount.at];
    case 'empty':
      return ['--tmpfs', mount.at];
    case 'sealed':
      // The root is an empty folder already.
      return mount.at === '/' ? [] : ['--tmpfs', mount.at];
    case 'processes':
      return ['--proc', mount.at];
    case 'devices':
      return ['--dev', mount.at];
    default:
      return mount satisfies never;
  }
}
