import path from 'node:path';
import { isBelow } from '../../../shared/paths-below.ts';
import type { Problem } from '../../../shared/problem.ts';
import { quoted } from '../../../shared/wording.ts';
import type { FindingKind } from './findings.ts';

type PathFault = Problem & { readonly kind: FindingKind };

/** Returns a path relative to the data set's root in normalized form, with `/`; or why it is not such a path. */
export function pathInDataset(name: string): string | PathFault {
  if (/\p{Cc}/u.test(name)) {
    const advice = 'Remove the control characters.';
    return {
      kind: 'invalid paths',
      message: `${quoted(name)} is not a valid path: it contains control characters`,
      advice,
    };
  }
  if (/^[a-z]+:\/\//i.test(name)) {
    const advice = 'Download the image into the data set, and give its path there.';
    return { kind: 'invalid paths', message: `${quoted(name)} is a URL, not a path`, advice };
  }
  const plain = path.posix.normalize(name).replace(/\/$/, '');
  if (plain === '.' || isBelow(plain)) return plain;
  return {
    kind: 'paths outside the data set',
    message: `${quoted(name)} is outside the data set`,
    advice: 'Give a path relative to the folder of the data set, such as Images/1.jpg.',
  };
}
