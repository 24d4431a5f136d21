import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { linkBundle } from '../fingerprint/bundle.ts';
import type { StageCode, StageCodes } from '../fingerprint/stage-code.ts';

/** Writes a stage's bundle into `directory`, ready to be imported. Returns its URL. */
export async function writeLinkedBundle(
  code: StageCode,
  { codes, stageApi, root }: { readonly codes: StageCodes; readonly stageApi: string; readonly root: string },
  directory: string,
  name: string,
): Promise<string> {
  const { text, sourceMap } = codes.read(code.digest);
  const linked = await linkBundle(text, (specifier) => {
    const path = specifier === 'pipeline' ? stageApi : code.externals[specifier];
    return path === undefined ? undefined : pathToFileURL(path).href;
  });
  const path = join(directory, `${name}.mjs`);
  // The map's sources are relative to the root; the bundle runs from elsewhere.
  const map = { ...(JSON.parse(sourceMap) as object), sourceRoot: `${pathToFileURL(root).href}/` };
  writeFileSync(`${path}.map`, JSON.stringify(map));
  writeFileSync(path, `${linked}\n//# sourceMappingURL=${name}.mjs.map\n`);
  return pathToFileURL(path).href;
}
