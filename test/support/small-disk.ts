import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { CLI, type Finished, type Project, toFinished } from './project.ts';

/** Why a test that needs a small disk is skipped. */
export const NO_DISK = 'this machine permits neither user namespaces nor mounting a disk';

/** A file system of a given size, which becomes full. */
export interface SmallDisk {
  /** Where the commands that are run on it find it. Absolute. */
  readonly path: string;
  /** Where this process finds it. */
  readonly outside: string;
  /** Runs the built command in a project with these arguments. */
  pipeline(project: Project, ...args: readonly string[]): Promise<Finished>;
  /** Mounts it again with these options: `size=20m`, `ro`. */
  remount(options: string): void;
}

/**
 * Mounts a small disk, of a size such as `2m`, until the end of the test: in a namespace of its own, for which no
 * privileges are needed, or else as root, with or without sudo. Returns nothing if this machine permits neither, and says
 * so, since the test that wanted it proves nothing then.
 */
export async function smallDisk(path: string, size: string): Promise<SmallDisk | undefined> {
  mkdirSync(path, { recursive: true });
  const disk = (await inNamespace(path, size)) ?? mounted(path, size, []) ?? mounted(path, size, ['sudo', '-n']);
  if (disk === undefined) process.stderr.write(`A test is skipped: ${NO_DISK}.\n`);
  return disk;
}

async function inNamespace(path: string, size: string): Promise<SmallDisk | undefined> {
  const script = `mount -t tmpfs -o size=${size} tmpfs "$1" && echo ready && exec cat`;
  const keeper = spawn('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', script, 'sh', path], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  if (!(await isReady(keeper))) return undefined;
  // The disk disappears with its last process.
  onTestFinished(() => void keeper.kill('SIGKILL'));
  const enter = ['--target', String(keeper.pid), '--user', '--mount', '--preserve-credentials', '--'];
  return {
    path,
    outside: `/proc/${keeper.pid}/root${path}`,
    pipeline: async (project, ...args) => {
      const command = ['sh', '-c', 'cd "$1" && shift && exec "$@"', 'sh', project.directory];
      return run('nsenter', [...enter, ...command, process.execPath, CLI, ...args], project);
    },
    remount: (options) => expectSuccess('nsenter', [...enter, 'mount', '-o', `remount,${options}`, path]),
  };
}

async function isReady(keeper: ChildProcess): Promise<boolean> {
  const said = keeper.stdout === null ? undefined : once(keeper.stdout, 'data').then(() => true);
  const ended = new Promise<boolean>((resolve) => {
    keeper.once('error', () => resolve(false));
    keeper.once('exit', () => resolve(false));
  });
  return Promise.race([ended, ...(said === undefined ? [] : [said])]);
}

function mounted(path: string, size: string, sudo: readonly string[]): SmallDisk | undefined {
  const owner = `uid=${process.getuid?.() ?? 0},gid=${process.getgid?.() ?? 0}`;
  const call = (...command: string[]): [string, string[]] => {
    const [program = '', ...args] = [...sudo, ...command];
    return [program, args];
  };
  if (spawnSync(...call('mount', '-t', 'tmpfs', '-o', `size=${size},${owner}`, 'tmpfs', path)).status !== 0)
    return undefined;
  onTestFinished(() => expectSuccess(...call('umount', '-l', path)));
  return {
    path,
    outside: path,
    pipeline: (project, ...args) => run(process.execPath, [CLI, ...args], project),
    remount: (options) => expectSuccess(...call('mount', '-o', `remount,${options}`, path)),
  };
}

async function run(program: string, args: readonly string[], project: Project): Promise<Finished> {
  return toFinished(await execa(program, args, { cwd: project.directory, reject: false, env: { NO_COLOR: '1' } }));
}

function expectSuccess(program: string, args: readonly string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} failed: ${stderr}`);
}
