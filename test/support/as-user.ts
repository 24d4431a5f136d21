import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { CLI, type Finished, type Project, toFinished } from './project.ts';

/** Whether the tests can run the command as another user. */
export const canChangeUser = process.getuid?.() === 0 && existsSync('/usr/bin/setpriv');

/** Runs the command as the user with this id, who has no home directory unless `home` is one. */
export function asUser(id: number, project: Project, args: readonly string[], home = '/nonexistent'): Finished {
  chmodSync(project.directory, 0o755);
  const { XDG_CACHE_HOME: _cache, XDG_STATE_HOME: _state, ...environment } = process.env;
  const result = spawnSync(
    'setpriv',
    [`--reuid=${id}`, `--regid=${id}`, '--clear-groups', process.execPath, CLI, ...args],
    { cwd: project.directory, encoding: 'utf8', env: { ...environment, NO_COLOR: '1', HOME: home } },
  );
  return toFinished({ exitCode: result.status ?? 1, stdout: result.stdout.trimEnd(), stderr: result.stderr });
}
