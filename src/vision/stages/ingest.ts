import { badInput, defineStage } from '../../index.ts';
import { LAYOUTS } from '../data/labels/dataset.ts';
import { ingest } from '../data/labels/ingest.ts';
import { splittingOf, splittingParams } from '../data/labels/splitting-params.ts';

const QUESTIONS = 'Tests/question.csv';

const params = {
  type: 'object',
  properties: {
    ...splittingParams,
    layout: {
      description:
        '`fashionai`: label files, as in the FashionAI challenge; `folders`: images at CLASS/*.jpg or TASK/CLASS/*.jpg, ' +
        'also below folders named after splits, as train/CLASS/*.jpg.',
      enum: LAYOUTS,
      default: 'fashionai',
    },
    annotations: {
      description: 'Label file or list of label files, as paths or globs relative to the root of the data set.',
      anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, minItems: 1 }],
      default: 'Annotations/label.csv',
    },
    questions: {
      description:
        'Question file, or a folder of images that are asked for every task, relative to the root of the data set. The ' +
        'default file is optional; in the layout `folders`, its folder does without it.',
      type: 'string',
      default: QUESTIONS,
    },
    task: {
      description: 'Name of the task if the layout is `folders` and there are no task folders.',
      type: 'string',
      default: 'label',
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
      const split = splittingOf(params);
      if (!split.ok) return badInput(split.failure);
      const { splitting, groupPattern } = split.value;
      const { layout, annotations, questions, task } = params;
      const report = await ingest(
        {
          root: inputs.dataset,
          layout,
          questions,
          task,
          groupPattern,
          hasFolds: splitting.folds !== undefined,
          annotations: typeof annotations === 'string' ? [annotations] : annotations,
          questionsRequired: questions !== QUESTIONS,
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
