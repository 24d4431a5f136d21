import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { StageCode, StageCodes } from '../fingerprint/stage-code.ts';
import { type Result, success } from '../problem.ts';

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
  const { text, sourceMap } = bundle.value;
  const { linkBundle } = await import('../fingerprint/bundle.ts');
  const linked = await linkBundle(text, (specifier) => {
    const path = specifier === 'pipeline' ? stageApi : code.externals[specifier];
    return path === undefined ? undefined : pathToFileURL(path).href;
  });
  const path = join(directory, `${name}.mjs`);
  // The map's sources are relative to the root; the bundle runs from elsewhere.
  const map = { ...(JSON.parse(sourceMap) as object), sourceRoot: `${pathToFileURL(root).href}/` };
  writeFileSync(`${path}.map`, JSON.stringify(map));
  writeFileSync(path, `${linked}\n//# sourceMappingURL=${name}.mjs.map\n`);
  return success(pathToFileURL(path).href);
}
