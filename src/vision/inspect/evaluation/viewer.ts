import type { Viewer } from '../../../shared/extensions/viewer.ts';
import { describeEvaluation } from './describe.ts';
import { isEvaluation } from './shape.ts';

/** Shows the evaluation of a model as tables; with `--json` it stays JSON. */
export const evaluationViewer: Viewer = {
  async inspect(viewed, others) {
    const value = viewed.json()?.value;
    if (!isEvaluation(value)) return undefined;
    const { content } = await others();
    return { content, describe: (view) => describeEvaluation(value, viewed.bytes, view) };
  },
};
