import { relative } from 'node:path';
import { listSome } from '../../shared/text/format.ts';
import type { Services } from '../execute/services.ts';
import { commandLineFor } from './command-line.ts';
import { reportWarnings } from './console.ts';
import type { CommonOptions } from './options.ts';
import { lockfilePath } from './project.ts';
import type { Referred } from './referred.ts';

/** Returns the stage of what a REF refers to, if its result was computed by somebody else. */
export function foreignIn(referred: Referred, { vouched }: Pick<Services, 'vouched'>): { readonly name: string }[] {
  return referred.kind !== 'content' && vouched.isForeign(referred.record.key) ? [{ name: referred.stage }] : [];
}

/**
 * Warns of results in the cache of which only their records say that they are right. `keptOut`: whether they are the
 * reason why the lockfile is not written.
 */
export function warnOfForeign(
  results: readonly { readonly name: string }[],
  options: CommonOptions,
  keptOut = false,
): void {
  if (results.length === 0) return;
  const stages = results.map(({ name }) => name);
  const [result, was, them] = stages.length === 1 ? ['result', 'was', 'it'] : ['results', 'were', 'them'];
  const command = commandLineFor(options);
  const lockfile = relative(process.cwd(), lockfilePath(options));
  const warning = {
    message:
      `the ${result} of ${listSome(stages)} in the cache ${was} not computed by you, and ${lockfile} does not have ` +
      `${them}${keptOut ? `; ${lockfile} was not written` : ''}`,
    advice:
      `Compute ${them} yourself: ${command('run', '--force', ...(stages.length > 6 ? [] : stages))}\n` +
      `    Or believe who did: ${command('run', '--trust-cache')}`,
  };
  reportWarnings([warning], options);
}
