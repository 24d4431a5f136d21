import { listed, quoted } from '../../../shared/wording.ts';
import type { DatasetFiles } from './dataset-files.ts';
import type { Finding } from './findings.ts';
import type { GivenSplits } from './split.ts';

/** Returns the group of each image from its path: the first parenthesis of the pattern, or all that it matches. */
export function groupsByPattern(
  images: Iterable<string>,
  pattern: RegExp,
  files: DatasetFiles,
): { readonly groups: ReadonlyMap<string, string>; readonly findings: readonly Finding[] } {
  const groups = new Map<string, string>();
  const findings: Finding[] = [];
  for (const image of images) {
    const match = pattern.exec(image);
    const group = match?.[1] ?? match?.[0] ?? '';
    if (group !== '') groups.set(image, group);
    else
      findings.push({
        kind: 'images without a group',
        message: `the param "group_pattern" finds no group in ${quoted(image)}`,
        at: { file: files.path(image) },
        advice: 'Make the pattern match this path, too. It is searched in the path below the folder of the data set.',
      });
  }
  return { groups, findings };
}

/**
 * Returns a finding for each group whose images the data set has put into several splits.
 *
 * @param hasFolds whether training and validation are divided anew.
 */
export function groupsInSeveralSplits(
  { splits, groups }: GivenSplits,
  hasFolds: boolean,
  files: DatasetFiles,
): readonly Finding[] {
  const splitOf = (image: string) => {
    const split = splits.get(image);
    return split === 'validation' && hasFolds ? 'train' : split;
  };
  const first = new Map<string, string>();
  const reported = new Set<string>();
  const findings: Finding[] = [];
  for (const [image, group] of groups) {
    const split = splitOf(image);
    if (split === undefined) continue;
    const earlier = first.get(group) ?? image;
    first.set(group, earlier);
    const other = splitOf(earlier);
    if (other === undefined || other === split || reported.has(group)) continue;
    reported.add(group);
    findings.push({
      kind: 'groups in several splits',
      message: `the group ${quoted(group)} is in the splits ${listed([other, split])}: ${quoted(earlier)} and ${quoted(image)}`,
      at: { file: files.path(image) },
      advice: 'Move all images of the group into one split, or do not name the groups.',
    });
  }
  return findings;
}
