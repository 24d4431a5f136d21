import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { endMarked } from './left-behind.ts';
import { MESSAGES } from './protocol.ts';

const SHELL = '/bin/sh';
/**
 * The shell replaces itself with the stage. Beside it, in the same process group, a watcher waits until the descriptor
 * that only the runner holds open is closed, and then kills the group. So the group ends with the runner, however the
 * runner dies and however busy the stage is. The watcher ignores the signals that are meant for the stage.
 */
const WATCHED = [
  `{ trap '' HUP INT QUIT TERM; read -r _; kill -9 0; } <&${MESSAGES} >/dev/null 2>&1 ${MESSAGES}>&- &`,
  'exec "$@"',
].join('\n');

/**
 * The leaders that have not been reaped, with their environments: until then the system gives their process ids to no
 * other process.
 */
const leaders = new Map<ChildProcess, Environment>();

type Environment = Readonly<Record<string, string>>;

/**
 * Starts a command as the leader of a process group of its own, which ends with this process. Throws what `spawn`
 * throws, and emits what it emits. `environment` has a mark.
 */
export function startGroup(
  command: readonly [string, ...string[]],
  environment: Environment,
  options: SpawnOptions,
): ChildProcess {
  // A container may have no shell. Then a stage notices the end of the runner when it sends its next message.
  const [file, ...args] = existsSync(SHELL) ? ([SHELL, '-c', WATCHED, 'stage', ...command] as const) : command;
  // Not execa, since loading it takes as long as running a small stage.
  const child = spawn(file, args, { ...options, env: environment, detached: true });
  // Before the locks of what they write to are released.
  if (leaders.size === 0) process.prependListener('exit', endAllGroups);
  leaders.set(child, environment);
  child.on('error', () => forget(child));
  child.on('exit', () => {
    // Its group still has the watcher, so no other group can have its id yet.
    endGroup(child);
    forget(child);
  });
  return child;
}

/** Kills a process that `startGroup` started and all processes in its group, unless it has ended. */
export function endGroup(child: ChildProcess): void {
  if (!leaders.has(child) || child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // All of them have already ended.
  }
}

function forget(child: ChildProcess): void {
  leaders.delete(child);
  if (leaders.size === 0) process.off('exit', endAllGroups);
}

/** Leaves no time for anything: this process ends. */
function endAllGroups(): void {
  for (const [child, environment] of leaders) {
    endGroup(child);
    endMarked(environment, child.pid);
  }
}
