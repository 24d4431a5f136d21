import { spawnSync } from 'node:child_process';
import { type Place, type Problem, problem, type Result, success } from '../../shared/problem.ts';
import { SIZE_LIMITS } from '../../shared/read-file.ts';
import { shellQuoted } from '../../shared/text/shell-quoted.ts';
import { shortened } from '../../shared/wording.ts';

/** A commit of the repository that a folder lies in. */
export interface Revision {
  /** As the user wrote it. */
  readonly written: string;
  readonly commit: string;
}

interface Answer {
  readonly ok: boolean;
  readonly stdout: string;
  /** What Git says is wrong, in its words. */
  readonly fault: string;
}

/** Returns the place of a problem with a revision that the user has given. */
export function sinceOption(written: string): Place {
  return { file: `--since ${shellQuoted(shortened(written))}` };
}

/** Finds a commit by whatever Git accepts as one: a branch, a tag, `HEAD~2`, a digest. */
export function findRevision(folder: string, written: string): Result<Revision> {
  const at = sinceOption(written);
  const inside = git(folder, 'rev-parse', '--is-shallow-repository');
  if (!inside.ok) return inside;
  if (!inside.value.ok) {
    const { fault } = inside.value;
    // In containers, the files of a clone often belong to another user.
    const advice = fault.includes('dubious ownership')
      ? `If you trust it: git config --global --add safe.directory ${shellQuoted(folder)} (or the folder above that has .git)`
      : 'Run the command in a clone of the repository, or without --since.';
    return problem(`Git cannot read a repository here: ${fault}`, { at, advice });
  }
  // Git itself refuses names that begin with a dash, but would take this one for an option.
  const named = written.startsWith('-')
    ? undefined
    : git(folder, 'rev-parse', '--verify', '--quiet', `${written}^{commit}`);
  if (named !== undefined && !named.ok) return named;
  const commit = named?.value.ok ? named.value.stdout.trim() : '';
  if (commit !== '') return success({ written, commit });
  return problem('Git knows no such revision', { at, advice: adviceOnUnknown(inside.value.stdout.trim() === 'true') });
}

function adviceOnUnknown(isShallow: boolean): string {
  return isShallow
    ? 'This clone is shallow, so it lacks most of the history. Fetch it: git fetch --unshallow (in GitHub Actions: actions/checkout with fetch-depth: 0)'
    : 'Name one commit, such as main, v1.0 or HEAD~1. A branch of the server may have to be fetched: git fetch origin BRANCH, then origin/BRANCH';
}

/** Returns the text of a file of a commit; undefined if the commit does not have the file. */
export function fileAt(folder: string, { commit }: Revision, name: string): Result<string | undefined> {
  const listed = git(folder, 'ls-tree', '--name-only', commit, '--', `./${name}`);
  if (!listed.ok) return listed;
  if (listed.value.ok && listed.value.stdout === '') return success(undefined);
  const content = git(folder, 'cat-file', 'blob', `${commit}:./${name}`);
  if (!content.ok) return content;
  if (content.value.ok) return success(content.value.stdout);
  const advice = 'Fetch the missing objects, or check the repository: git fsck';
  return problem(`Git cannot read ${name} of ${commit.slice(0, 7)}: ${content.value.fault}`, { advice });
}

function git(folder: string, ...args: readonly string[]): Result<Answer, readonly Problem[]> {
  const { error, status, stdout, stderr } = spawnSync('git', args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: SIZE_LIMITS.lockfile,
  });
  if (error !== undefined) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no program "git"' : `cannot run git: ${code}`;
    return problem(why, { at: { file: '--since' }, advice: 'Install Git, or run without --since.' });
  }
  const [fault = ''] = stderr.trim().split('\n');
  return success({ ok: status === 0, stdout, fault: fault.replace(/^fatal: /, '') });
}
