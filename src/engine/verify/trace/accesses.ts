import { resolve } from 'node:path';
import type { Processes, TracedProcess } from './processes.ts';
import { descriptorPath, quotedText, type SystemCall } from './system-calls.ts';

/** What a process does with a path: `look` at whether or what it is, `list` a folder. */
export type PathUse = 'read' | 'write' | 'list' | 'look' | 'run';

/** A use of a path. */
export interface Access {
  /** The program that does it. Absolute. */
  readonly program: string;
  readonly use: PathUse;
  /** As it was given, made absolute. */
  readonly path: string;
  /** Where that has led, links followed, if it is known. */
  readonly real?: string;
  /** Whether there was something. */
  readonly found: boolean;
  /** Whether the call has made something new at the path. */
  readonly creates: boolean;
}

/** A use of the network: an address to which a process connects or sends, or on which it listens. */
export interface Connection {
  readonly use: 'connect' | 'listen';
  /** `127.0.0.1:80`, or the path of a socket. */
  readonly address: string;
}

const WRITING =
  /^(creat|mkdir|mknod|rename|link|symlink|unlink|rmdir|f?chmod|l?f?chown|truncate|utime|futimes|setxattr|lsetxattr)/;
const CREATING = /^(mkdir|mknod|symlink|link)/;
/** The calls whose second path is used as the first one is. */
const OF_TWO_PATHS = /^(rename|link(at)?$|renameat)/;

/** Returns how a call uses paths. */
export function accessesOf(call: SystemCall, processes: Processes): Access[] {
  const { name, args, result } = call;
  const process = processes.of(call.thread);
  const succeeded = !/^(-1|\?)/.test(result);
  const found = succeeded || !/ (ENOENT|ENOTDIR|ELOOP) /.test(result);
  const real = descriptorPath(result);
  const use = useOf(call);
  const creates =
    found && (CREATING.test(name) || args.some((arg) => /O_CREAT.*O_EXCL|O_EXCL.*O_CREAT|O_TMPFILE/.test(arg)));
  const accesses = pathsIn(call, process).map((path) => ({
    ...{ program: process.program, use, path, found, creates },
    ...(real !== undefined && { real }),
  }));
  if (succeeded && name === 'chdir') process.cwd = accesses[0]?.path ?? process.cwd;
  if (succeeded && name === 'fchdir') process.cwd = descriptorPath(args[0] ?? '') ?? process.cwd;
  if (use === 'run') process.program = accesses[0]?.path ?? process.program;
  return accesses;
}

function useOf({ name, args, result }: SystemCall): PathUse {
  // Whatever was meant, it has only shown what is there.
  if (result.startsWith('-1')) return 'look';
  if (name.startsWith('execve')) return 'run';
  if (WRITING.test(name)) return 'write';
  if (!/^open/.test(name)) return 'look';
  const flags = args.find((arg) => /\bO_(RDONLY|WRONLY|RDWR|PATH)\b/.test(arg)) ?? '';
  if (/O_(WRONLY|RDWR)/.test(flags)) return 'write';
  if (flags.includes('O_PATH')) return 'look';
  return flags.includes('O_DIRECTORY') ? 'list' : 'read';
}

/** Returns the paths that a call is given, absolute. */
function pathsIn({ name, args }: SystemCall, { cwd }: TracedProcess): string[] {
  const paths = args.flatMap((arg, index) => {
    const text = quotedText(arg);
    // An empty path stands for the descriptor before it, which was opened earlier.
    if (text === undefined || text === '') return [];
    return [resolve(descriptorPath(args[index - 1] ?? '') ?? cwd, text)];
  });
  // What a symbolic link contains is not used before somebody follows it.
  if (name.startsWith('symlink')) return paths.slice(1);
  return paths.slice(0, OF_TWO_PATHS.test(name) ? 2 : 1);
}

/** Returns the address of a call that uses the network, or of a socket in the file system. */
export function connectionOf({ name, args }: SystemCall): Connection | undefined {
  const use = name === 'bind' ? 'listen' : /^(connect|sendto|sendmsg|sendmmsg)$/.test(name) ? 'connect' : undefined;
  const address = use && addressIn(args.join(', '));
  return use === undefined || address === undefined ? undefined : { use, address };
}

function addressIn(args: string): string | undefined {
  const [, path] = /sa_family=AF_UNIX, sun_path=(@?"(?:[^"\\]|\\.)*")/.exec(args) ?? [];
  if (path !== undefined) return quotedText(path.replace(/^@/, ''));
  const [, port] = /sin6?_port=htons\((\d+)\)/.exec(args) ?? [];
  const [, four] = /sin_addr=inet_addr\("([^"]+)"\)/.exec(args) ?? [];
  const [, six] = /inet_pton\(AF_INET6, "([^"]+)"/.exec(args) ?? [];
  const host = four ?? (six === undefined ? undefined : `[${six}]`);
  return host === undefined ? undefined : `${host}:${port}`;
}
