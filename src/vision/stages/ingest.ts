import { badInput, defineStage } from '../../index.ts';
import { LAYOUTS } from '../data/labels/dataset.ts';
import { ingest } from '../data/labels/ingest.ts';

const QUESTIONS = 'Tests/question.csv';

const params = {
  type: 'object',
  properties: {
    validation_fraction: {
      description: 'Fraction of the samples (0 to 1, exclusive) that is held out for validation.',
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.2,
    },
    seed: {
      description: 'Random seed of the order and of the split of the samples.',
      type: 'integer',
      minimum: 0,
      maximum: 4294967295,
    },
    layout: {
      description:
        '`fashionai`: label files, as in the FashionAI challenge; `folders`: images at CLASS/*.jpg or TASK/CLASS/*.jpg.',
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
      const { seed, validation_fraction: fraction, annotations, ...options } = params;
      const report = await ingest(
        {
          ...options,
          root: inputs.dataset,
          annotations: typeof annotations === 'string' ? [annotations] : annotations,
          questionsRequired: params.questions !== QUESTIONS,
        },
        { seed, fraction },
        outputs,
        work,
      );
      if (!report.ok) return badInput(report.failure);
      for (const note of report.value.notes) log(note);
      metrics(report.value.counts);
    },
  });
}
