import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BundleText } from '../fingerprint/stage-code.ts';

/** What the imports of a bundle lead to on this machine. Absolute paths. */
export interface Linkage {
  /** The folder of the pipeline file, to which the paths in stacks are relative. */
  readonly root: string;
  /** What `import … from 'pipeline'` means. */
  readonly stageApi: string;
  /** What is imported from packages: specifier → file. */
  readonly externals: Readonly<Record<string, string>>;
}

/** Writes a stage's bundle into `directory`, ready to be imported. Returns its URL. */
export function writeLinkedBundle(
  bundle: BundleText,
  { root, stageApi, externals }: Linkage,
  directory: string,
  name: string,
): string {
  const linked = linkBundle(bundle, (specifier) => {
    const path = specifier === 'pipeline' ? stageApi : externals[specifier];
    return path === undefined ? undefined : pathToFileURL(path).href;
  });
  const path = join(directory, `${name}.mjs`);
  // The map's sources are relative to the root; the bundle runs from elsewhere.
  const map = { ...(JSON.parse(bundle.sourceMap) as object), sourceRoot: `${pathToFileURL(root).href}/` };
  writeFileSync(`${path}.map`, JSON.stringify(map));
  writeFileSync(path, `${linked}\n//# sourceMappingURL=${name}.mjs.map\n`);
  return pathToFileURL(path).href;
}

/** The bundle's text with each package import leading to its file, to be run from anywhere. */
export function linkBundle(
  { text, links }: Pick<BundleText, 'text' | 'links'>,
  urlOf: (specifier: string) => string | undefined,
): string {
  let linked = '';
  let end = 0;
  for (const link of links) {
    const url = urlOf(link.specifier);
    if (url === undefined) continue;
    linked += text.slice(end, link.start) + (link.quoted ? JSON.stringify(url) : url);
    end = link.end;
  }
  return linked + text.slice(end);
}
