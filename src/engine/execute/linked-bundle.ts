import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { BundleText } from '../fingerprint/stage-code.ts';

/** The targets of the imports of a bundle on this machine, as absolute paths. */
export interface Linkage {
  /** The folder of the pipeline file, to which the sources in the source map are relative. */
  readonly root: string;
  /** The target of `import … from 'pipeline'`. */
  readonly stageApi: string;
  /** Package imports: specifier → file. */
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
  // The sources in the map are relative to the root, but the bundle runs from another folder.
  const map = { ...(JSON.parse(bundle.sourceMap) as object), sourceRoot: `${pathToFileURL(root).href}/` };
  writeFileSync(`${path}.map`, JSON.stringify(map));
  writeFileSync(path, `${linked}\n//# sourceMappingURL=${name}.mjs.map\n`);
  return pathToFileURL(path).href;
}

/** Returns the text of the bundle with each package import replaced by a URL, so that it runs from any folder. */
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
