import type { Viewer } from '../../../shared/extensions/viewer.ts';
import { describeModel } from './describe.ts';
import { inspectModel } from './model.ts';

/** Shows directories with a model in the format that TensorFlow.js loads. */
export const modelViewer: Viewer = {
  async inspect({ path, files }) {
    const content = inspectModel(path, files);
    return content && { content, describe: (view) => describeModel(content, view) };
  },
};
