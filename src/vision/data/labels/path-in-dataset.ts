import path from 'node:path';
import type { Problem } from '../../../shared/problem.ts';
import { quoted } from '../../../shared/wording.ts';
import type { FindingKind } from './findings.ts';

type PathFault = Problem & { readonly kind: FindingKind };

/** A path below the data set's root in its plainest form, with `/`; or why it is none. */
export function pathInDataset(name: string): string | PathFault {
  if (/\p{Cc}/u.test(name)) {
    const advice = 'Take the control characters out of it.';
    return { kind: 'paths that are none', message: `${quoted(name)} cannot be a path`, advice };
  }
  if (/^[a-z]+:\/\//i.test(name)) {
    const advice = 'Download the image into the data set, and give its path there.';
    return { kind: 'paths that are none', message: `${quoted(name)} is an address in the network`, advice };
  }
  const plain = path.posix.normalize(name).replace(/\/$/, '');
  if (!path.posix.isAbsolute(name) && !/^[a-z]:[\\/]/i.test(name) && plain !== '..' && !plain.startsWith('../'))
    return plain;
  return {
    kind: 'paths out of the data set',
    message: `${quoted(name)} leads out of the data set`,
    advice: "Give the path from the data set's folder on, such as Images/1.jpg.",
  };
}
