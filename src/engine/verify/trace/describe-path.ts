import { homedir } from 'node:os';
import { join, relative } from 'node:path';
import { isInside } from '../../../shared/paths-below.ts';
import { listSome, plural } from '../../../shared/text/format.ts';
import type { Finding } from '../pass.ts';
import type { Surroundings } from './surroundings.ts';
import type { Used } from './used-paths.ts';

/** Says what a stage has done with a path that it has not declared, and what to do about it. */
export function pathFinding(stage: string, used: Used, surroundings: Surroundings, words: string | undefined): Finding {
  const { use, path, found, at, names } = used;
  const shown = isInside(surroundings.project, path) ? relative(surroundings.project, path) || '.' : path;
  const what = names.length === 0 ? shown : `${plural(names.length, 'file')} in ${shown}: ${listSome(names)}`;
  const message = `stage "${stage}" ${sentence(used, what, words)}`;
  const kind = use === 'look' && !found ? 'look-for' : use;
  return { stage, kind, subject: shown, problem: { message, ...(at && { at }), advice: adviceOn(used, surroundings) } };
}

function sentence({ use, found, names }: Used, what: string, words: string | undefined): string {
  const [it, is] = names.length === 0 ? ['which', 'is'] : ['which', 'are'];
  switch (use) {
    case 'read':
      return `reads ${what}, ${it} ${is} not among its inputs`;
    case 'list':
      return `lists the folder ${what}, which is not among its inputs`;
    case 'look':
      return found
        ? `looks at ${what}, ${it} ${is} not among its inputs`
        : `looks for ${what}, ${it} ${names.length === 0 ? 'does' : 'do'} not exist now, but may appear`;
    case 'write':
      return `writes ${what}, ${it} ${is} not among its outputs`;
    case 'run':
      return `runs ${what}${words === undefined ? '' : ` (${words})`}, which is not in its action key`;
    default:
      return use satisfies never;
  }
}

function adviceOn({ use, path, names, found }: Used, { project, caches, temporary }: Surroundings): string {
  if (use === 'run') {
    return 'Use a package for it, or make it a stage with `command` and `version`, so that another version is noticed.';
  }
  if (use === 'look' && !found) {
    return 'Do not look for it; or create it, and declare it as an input.';
  }
  if (use === 'write') {
    return 'Write to the paths in `outputs`; what need not last goes to `work` or to a folder from mkdtemp.';
  }
  if (caches.some((cache) => isInside(cache, path))) {
    return 'This is in the cache. Declare the output that it belongs to as an input: inputs: { NAME: STAGE.OUTPUT }.';
  }
  if (isInside(project, path)) {
    const declared = relative(project, path) || '.';
    return `Declare it: inputs: { NAME: ./${declared} }, and use the path in \`inputs\`.`;
  }
  if (temporary.some((folder) => isInside(folder, path))) {
    return 'What lies there is left from other programs or runs. Make a folder of its own with mkdtemp, or use `work`.';
  }
  if (isInside(homedir(), path)) {
    return 'It differs between users and machines. Put it into the project and declare it as an input, or make it a param.';
  }
  const example = names[0] === undefined ? path : join(path, names[0]);
  return `Declare it as an input, such as inputs: { NAME: ${example} }, make it a param, or do without it.`;
}
