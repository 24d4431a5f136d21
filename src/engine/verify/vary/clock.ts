import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { namesIn } from '../../../shared/files.ts';
import type { PossibleVariation } from './variation.ts';

/** More than a year, and neither a whole number of days nor of hours, as reprotest has it. */
const OFFSET = { days: 398, text: '+398d 7h 13m', seconds: 398 * 86_400 + 7 * 3600 + 13 * 60 };

/** A later date. Only the time of day: what measures durations runs as usual, so that nothing waits for ever. */
export function clock(): PossibleVariation {
  const name = 'clock';
  const library = libraryOfFaketime();
  if (library === undefined) {
    const advice = 'Install it: apt install libfaketime, or dnf install libfaketime.';
    return { name, obstacle: { message: 'libfaketime is not installed', advice } };
  }
  return {
    name,
    value: OFFSET.text,
    advice: 'Leave the time out of the output, in archives and metadata too, or make it a param.',
    change: ({ request }) => {
      const others = request.environment['LD_PRELOAD'];
      return {
        environment: {
          LD_PRELOAD: others === undefined ? library : `${library}:${others}`,
          FAKETIME: `+${OFFSET.seconds}`,
          FAKETIME_DONT_FAKE_MONOTONIC: '1',
          // Files keep their times: an input is as old as it is.
          NO_FAKE_STAT: '1',
        },
      };
    },
  };
}

/** Returns the path of the library, which each distribution has elsewhere. */
function libraryOfFaketime(): string | undefined {
  const folders = ['/usr/lib', '/usr/lib64', '/usr/local/lib'];
  return folders
    .flatMap((folder) => [folder, ...namesIn(folder).map((name) => join(folder, name))])
    .map((folder) => join(folder, 'faketime/libfaketimeMT.so.1'))
    .find((path) => existsSync(path));
}
