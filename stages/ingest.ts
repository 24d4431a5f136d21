import { badInput, defineStage } from 'pipeline';
import { ingest } from '../src/data/ingest.ts';

const QUESTIONS = 'Tests/question.csv';

/** Checks a data set in FashionAI's layout and makes tables of its samples, images, questions and tasks. */
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
      annotations: {
        description: 'The label file, from the root of the data set.',
        type: 'string',
        default: 'Annotations/label.csv',
      },
      questions: {
        description: 'The question file, from the root of the data set. The default one may be missing.',
        type: 'string',
        default: QUESTIONS,
      },
    },
    required: ['seed'],
  },
  inputs: ['dataset'],
  outputs: ['samples.arrow', 'images.arrow', 'questions.arrow', 'tasks.json'],
  async run({ params, inputs, outputs, log, metrics }) {
    const { annotations, questions, seed, validation_fraction: fraction } = params;
    const places = { root: inputs.dataset, annotations, questions, questionsRequired: questions !== QUESTIONS };
    const report = await ingest(places, { seed, fraction }, outputs);
    if (!report.ok) return badInput(report.failure);
    for (const note of report.value.notes) log(note);
    metrics(report.value.counts);
  },
});
