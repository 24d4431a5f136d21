import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Result, success } from '../../shared/problem.ts';
import type { BundleText, StageCode, StageCodes } from '../fingerprint/stage-code.ts';

/** Writes the bundle of the stage `module` (absolute) into `directory`, ready to be imported. Returns its URL. */
export async function writeLinkedBundle(
  module: string,
  code: StageCode,
  { codes, stageApi, root }: { readonly codes: StageCodes; readonly stageApi: string; readonly root: string },
  directory: string,
  name: string,
): Promise<Result<string>> {
  const bundle = await codes.textOf(module, code.digest);
  if (!bundle.ok) return bundle;
  const linked = linkBundle(bundle.value, (specifier) => {
    const path = specifier === 'pipeline' ? stageApi : code.externals[specifier];
    return path === undefined ? undefined : pathToFileURL(path).href;
  });
  const path = join(directory, `${name}.mjs`);
  // The map's sources are relative to the root; the bundle runs from elsewhere.
  const map = { ...(JSON.parse(bundle.value.sourceMap) as object), sourceRoot: `${pathToFileURL(root).href}/` };
  writeFileSync(`${path}.map`, JSON.stringify(map));
  writeFileSync(path, `${linked}\n//# sourceMappingURL=${name}.mjs.map\n`);
  return success(pathToFileURL(path).href);
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
