import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { onTestFinished } from 'vitest';
import { findProgram } from '../../../src/engine/execute/find-program.ts';
import { sandboxObstacle } from '../../../src/engine/verify/sandbox/obstacles.ts';
import { CLI, type Finished, type Project, toFinished } from '../../support/project.ts';

/**
 * Runs `pipeline run --json` as another user might: with another home, name, umask, time zone, locale and folder for
 * temporary files, with one CPU and, where sandboxes can be made, with another host name.
 */
export async function runElsewhere(project: Project, ...args: readonly string[]): Promise<Finished> {
  const home = mkdtempSync(join(tmpdir(), 'pipeline-home-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const hostName = ['bwrap', '--dev-bind', '/', '/', '--unshare-uts', '--hostname', 'elsewhere'];
  const [program = '', ...words] = [
    ...(sandboxObstacle(process.env) === undefined ? hostName : []),
    ...(findProgram('taskset', '/', process.env) === undefined ? [] : ['taskset', '-c', '0']),
    ...['sh', '-c', 'umask 077; exec "$@"', 'sh', process.execPath, CLI, 'run', '--json', ...args],
  ];
  const env = {
    ...{ HOME: home, TMPDIR: home, USER: 'varied', LOGNAME: 'varied', NO_COLOR: '1' },
    ...{ TZ: 'Pacific/Kiritimati', LANG: 'et_EE.UTF-8', LC_ALL: 'et_EE.UTF-8' },
  };
  return toFinished(await execa(program, words, { cwd: project.directory, reject: false, env }));
}
