import { badInput, defineStage } from '../../index.ts';
import { ingest } from '../data/labels/ingest.ts';
import { layoutParams, layoutProblems } from '../data/labels/layout-params.ts';
import { splittingOf, splittingParams } from '../data/labels/splitting-params.ts';

const QUESTIONS = 'Tests/question.csv';

const params = {
  type: 'object',
  properties: {
    ...splittingParams,
    ...layoutParams,
    questions: {
      description:
        'Question file, or a folder of images that are asked for every task, relative to the root of the data set. The ' +
        'default file is optional; except in the layout `fashionai`, its folder does without it.',
      type: 'string',
      default: QUESTIONS,
    },
  },
  required: ['seed'],
} as const;

/** Returns the stage that checks a data set and writes tables of its samples, images, questions and tasks. */
export function ingestStage() {
  return defineStage({
    params,
    inputs: ['dataset'],
    outputs: ['samples.arrow', 'images.arrow', 'questions.arrow', 'tasks.json'],
    async run({ params, inputs, outputs, work, log, metrics }) {
      const { layout, annotations, columns, image_path: imagePath, task, kind, questions } = params;
      const misplaced = layoutProblems({ layout, columns, imagePath, groupPattern: params.group_pattern });
      const split = splittingOf(params);
      if (!split.ok || misplaced.length > 0) return badInput([...misplaced, ...(split.ok ? [] : split.failure)]);
      const { splitting, groupPattern } = split.value;
      const report = await ingest(
        {
          ...{ root: inputs.dataset, layout, annotations, columns, imagePath, task, kind, questions },
          questionsRequired: questions !== QUESTIONS,
          groupPattern,
          hasFolds: splitting.folds !== undefined,
        },
        splitting,
        outputs,
        work,
      );
      if (!report.ok) return badInput(report.failure);
      for (const note of report.value.notes) log(note);
      metrics(report.value.counts);
    },
  });
}
