import { realpathSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { distinct, type Problem } from '../../shared/problem.ts';
import { acceptor } from '../fingerprint/tree.ts';
import { fillParams } from '../plan/command-template.ts';
import type { Plan, PlannedCommand } from '../plan/plan.ts';
import type { PathInput } from '../plan/resolve-input.ts';
import { sourcesOf } from '../plan/sources.ts';

/**
 * Returns a problem for each word of a command that names a file of the project which is no input: editing it would not
 * rerun the stage. Packages are no files of the project in this sense, since `version` declares them better.
 */
export function undeclaredFiles({ root, stages }: Plan): readonly Problem[] {
  const commands = stages.filter((stage) => stage.kind === 'command');
  return distinct(commands.flatMap((stage) => undeclaredIn(stage, root)));
}

function undeclaredIn(stage: PlannedCommand, root: string): Problem[] {
  const inputs = sourcesOf(stage).flatMap(({ from }) => (from.kind === 'path' ? [from] : []));
  return stage.command.words.flatMap(({ text, at }): Problem[] => {
    const word = fillParams(text, stage.params);
    const file = word === undefined ? undefined : candidatesIn(word).find((candidate) => isOwn(candidate, root));
    if (file === undefined) return [];
    const path = resolve(root, file);
    if (inputs.some((input) => covers(input, path))) return [];
    const name = relative(root, path);
    return [
      {
        message: `the command of stage "${stage.declared}" names ${name}, which is not among its inputs`,
        at,
        advice: `Add it, so that the stage reruns when it changes: inputs: { ${inputName(name)}: ./${name} }`,
      },
    ];
  });
}

/** A word may be a path, or an option with one: `--config=a.json`. */
function candidatesIn(word: string): string[] {
  const [, value = ''] = /^[\w.-]+=(.+)$/s.exec(word) ?? [];
  return value === '' ? [word] : [value, word];
}

/** Returns whether a text names a file of the project, or a folder of it with a slash: `data` alone may mean anything. */
function isOwn(text: string, root: string): boolean {
  if (text === '' || text.includes('\0')) return false;
  try {
    const path = resolve(root, text);
    const stats = statSync(path);
    if (!stats.isFile() && !(stats.isDirectory() && text.includes('/'))) return false;
    // `.venv/bin/python` leads out of the project.
    const isInside = isBelow(root, path) && isBelow(realpathSync(root), realpathSync(path));
    return isInside && !path.split(sep).includes('node_modules');
  } catch {
    return false;
  }
}

function isBelow(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return !isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`);
}

function covers({ path: input, include, exclude }: PathInput, path: string): boolean {
  if (path === input) return true;
  return isBelow(input, path) && acceptor({ include, exclude })(relative(input, path).replaceAll(sep, '/'));
}

/** Returns a name for an input: `features` for `scripts/features.py`. */
function inputName(path: string): string {
  const stem =
    path
      .split('/')
      .at(-1)
      ?.split('.')
      .find((part) => part !== '') ?? '';
  const name = stem.replaceAll(/[^A-Za-z0-9_-]+/g, '-').replace(/^[^A-Za-z]+/, '');
  return name === '' ? 'file' : name;
}
