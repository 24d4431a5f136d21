import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { listed, reasonOf } from '../../../shared/wording.ts';
import { FACTS_FILE } from '../../models/saved-model.ts';

const ADVICE = 'Give the folder of a model, such as the one that `npx pipeline export STAGE.model FOLDER` creates.';

/** Returns the directory of a saved model: the given folder, or the only one in it that is, as `pipeline export` makes it. */
export async function findModel(folder: string): Promise<Result<string>> {
  const isModel = (directory: string) => existsSync(path.join(directory, FACTS_FILE));
  if (isModel(folder)) return success(folder);
  const at = { file: folder };
  let names: readonly string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    return problem(`cannot read the model: ${reasonOf(error)}`, { at, advice: ADVICE });
  }
  const [found, ...others] = names.filter((name) => isModel(path.join(folder, name))).sort();
  if (found === undefined) return problem(`there is no model in this folder: no ${FACTS_FILE}`, { at, advice: ADVICE });
  if (others.length === 0) return success(path.join(folder, found));
  return problem(`there are several models in this folder: ${listed([found, ...others])}`, {
    at,
    advice: 'Give the folder of one of them.',
  });
}
