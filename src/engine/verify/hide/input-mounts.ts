import { readdirSync, readlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { isDirectory } from '../../../shared/files.ts';
import { isInside } from '../../../shared/paths-below.ts';
import { realPath } from '../../../shared/real-path.ts';
import type { FoundInput } from '../../execute/request-inputs.ts';
import type { Mount } from '../sandbox/mounts.ts';

/** The links of an input that are followed one by one. With more of them, the folders to which they lead are shown. */
const SINGLE_LINKS = 500;

/** Returns the mounts that show the inputs of a stage that lie outside of the cache, and what symbolic links in them lead to. */
export function inputMounts(inputs: readonly FoundInput[]): readonly Mount[] {
  // What was presented to the stage, as hard links or copies, lies in the cache.
  return inputs.filter(({ path, handed }) => path === handed).flatMap(({ handed }) => shownWithLinks(handed));
}

function shownWithLinks(at: string): readonly Mount[] {
  const from = realPath(at) ?? at;
  const targets = isDirectory(at) ? outsideTargets(from) : [];
  const shown = targets.length > SINGLE_LINKS ? [...new Set(targets.map((path) => dirname(path)))] : targets;
  return [
    { kind: 'read', from, at },
    { kind: 'read', from, at: from },
    ...shown.map((path): Mount => ({ kind: 'read', from: realPath(path) ?? path, at: path })),
  ];
}

/** Returns where symbolic links lead out of a folder to, each as the link says it. */
function outsideTargets(root: string): readonly string[] {
  const targets = new Set<string>();
  const seen = new Set<string>();
  const visit = (folder: string): void => {
    if (seen.has(folder)) return;
    seen.add(folder);
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) visit(path);
      if (!entry.isSymbolicLink()) continue;
      const target = resolve(folder, readlinkSync(path));
      const real = realPath(target);
      if (real === undefined) continue;
      if (!isInside(root, target)) targets.add(target);
      if (isDirectory(real)) visit(real);
    }
  };
  visit(root);
  return [...targets];
}
