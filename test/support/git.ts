import { execaSync } from 'execa';
import type { Project } from './project.ts';

/** Runs Git in the folder of a project, without the settings of this user. Returns what it prints. */
export function git(project: Project, ...args: readonly string[]): string {
  const identity = ['-c', 'user.name=Tester', '-c', 'user.email=tester@example.org'];
  const env = { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  return execaSync('git', [...identity, ...args], { cwd: project.directory, env }).stdout;
}

/** Makes the folder of a project a repository whose first commit has all its files but the ignored ones. */
export function commitAll(project: Project, message: string): string {
  if (!project.exists('.git')) {
    git(project, 'init', '--quiet', '--initial-branch=main');
    project.write('.gitignore', 'cache/\nnode_modules\n');
  }
  git(project, 'add', '--all');
  git(project, 'commit', '--quiet', '--message', message);
  return git(project, 'rev-parse', 'HEAD');
}
