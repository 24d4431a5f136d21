import { badInput, defineStage } from 'pipeline';
import { LAYOUTS } from '../src/vision/data/labels/dataset.ts';
import { ingest } from '../src/vision/data/labels/ingest.ts';

const QUESTIONS = 'Tests/question.csv';

/** Checks a data set and makes tables of its samples, images, questions and tasks. */
export default defineStage({
  params: {
    type: 'object',
    properties: {
      validation_fraction: {
        description: 'The share of the samples that is kept from training to judge it by.',
        type: 'number',
        minimum: 0,
        exclusiveMaximum: 1,
        default: 0.2,
      },
      seed: {
        description: 'Decides the order and the split of the samples.',
        type: 'integer',
        minimum: 0,
        maximum: 4294967295,
      },
      layout: {
        description: '«fashionai»: label files; «folders»: the images lie as CLASS/*.jpg or TASK/CLASS/*.jpg.',
        enum: LAYOUTS,
        default: 'fashionai',
      },
      annotations: {
        description: 'The label file, or a list of them, as paths or globs from the root of the data set.',
        anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, minItems: 1 }],
        default: 'Annotations/label.csv',
      },
      questions: {
        description: 'The question file, from the root of the data set. The default one may be missing.',
        type: 'string',
        default: QUESTIONS,
      },
      task: {
        description: 'What the task of a folder tree without task folders is called.',
        type: 'string',
        default: 'label',
      },
    },
    required: ['seed'],
  },
  inputs: ['dataset'],
  outputs: ['samples.arrow', 'images.arrow', 'questions.arrow', 'tasks.json'],
  async run({ params, inputs, outputs, work, log, metrics }) {
    const { seed, validation_fraction: fraction, annotations, ...places } = params;
    const report = await ingest(
      {
        ...places,
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
