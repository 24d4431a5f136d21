import type { IndexedFile } from './simple-index.ts';

/** What a wheel asks for: a distribution, and the versions of it that will do. */
export interface Requirement {
  readonly distribution: string;
  readonly specifiers: readonly { readonly operator: string; readonly version: Version }[];
}

/** The numbers of a final release. Pre-releases are not parsed: nothing asks for one. */
export type Version = readonly number[];

/** Parses `nvidia-nccl-cu12<3.0,>=2.27.7` (PEP 508, without extras and markers). */
export function parseRequirement(text: string): Requirement {
  const distribution = /^[\w.-]*\w/.exec(text)?.[0] ?? text;
  const specifiers = [...text.slice(distribution.length).matchAll(/(<=|>=|==|!=|~=|<|>)\s*(\d[\d.]*)/g)];
  return {
    distribution,
    specifiers: specifiers.map(([, operator = '', version = '']) => ({ operator, version: toVersion(version) })),
  };
}

/** Returns the newest wheel for this kind of machine, for any Python, that a requirement admits. */
export function chooseFile(
  files: readonly IndexedFile[],
  { specifiers }: Requirement,
  machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64',
): IndexedFile | undefined {
  const candidates = files.flatMap((file) => {
    const match = /^[^-]+-(\d+(?:\.\d+)*(?:\.post\d+)?)(?:-\d[^-]*)?-py3-none-([^-]+)\.whl$/.exec(file.filename);
    const [, version = '', platforms = ''] = match ?? [];
    const fits = platforms.split('.').some((tag) => tag.startsWith('manylinux') && tag.endsWith(`_${machine}`));
    return fits && !file.yanked ? [{ file, version: toVersion(version) }] : [];
  });
  return candidates
    .filter(({ version }) => specifiers.every((specifier) => admits(specifier, version)))
    .sort((a, b) => compare(b.version, a.version))[0]?.file;
}

function admits({ operator, version }: Requirement['specifiers'][number], candidate: Version): boolean {
  const order = compare(candidate, version);
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '==':
      return order === 0;
    case '!=':
      return order !== 0;
    // ~=2.27.7: at least 2.27.7, and still 2.27.
    default:
      return order >= 0 && compare(candidate.slice(0, version.length - 1), version.slice(0, -1)) === 0;
  }
}

/** `.post1` counts as one more number. */
function toVersion(text: string): Version {
  return text.split('.').map((part) => Number(part.replace('post', '')));
}

function compare(a: Version, b: Version): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
