import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import { parse } from 'csv-parse/sync';
import { afterAll, describe, expect, test } from 'vitest';
import { writeQuestions } from '../../src/vision/data/tables/questions.ts';
import { classifyStage, type Head, type Heads, predictStage, sigmoid, trainStage } from '../../src/vision/index.ts';
import { temporaryFolder } from '../support/dataset.ts';
import { mixedLabels } from '../support/mixed-labels.ts';
import { collected, runStage } from '../support/run-stage.ts';
import { params } from './training.ts';

const inputs = await mixedLabels(60, { atEnd: afterAll });

async function trained(epochs: number): Promise<string> {
  const given = { params: { ...params, epochs }, inputs, atEnd: afterAll };
  const { failure, outputs } = await runStage(trainStage(), given);
  expect(failure).toBeUndefined();
  return outputs['model'] ?? '';
}

const [learnt, unlearnt] = [await trained(14), await trained(1)];

interface Answer {
  readonly class: string;
  readonly classes: readonly string[];
  readonly probabilities: Readonly<Record<string, number>>;
  readonly numbers: readonly number[];
}

/** Classifies the images, and returns the folder of the predictions, and the answers by the name of the image. */
async function classified(models: readonly string[], heads: Heads = {}, more: object = {}) {
  const { failure, outputs } = await runStage(classifyStage({ heads }), {
    params: { formats: ['csv', 'jsonl', 'arrow'], ...more },
    inputs: { images: join(inputs.dataset, 'Images/colour_labels'), models: collected(...models) },
  });
  expect(failure).toBeUndefined();
  const folder = outputs['predictions'] ?? '';
  const lines = readFileSync(join(folder, 'predictions.jsonl'), 'utf8').trim().split('\n');
  const images: { readonly file: string; readonly tasks: Readonly<Record<string, Answer>> }[] = lines.map((line) =>
    JSON.parse(line),
  );
  return { folder, answers: new Map(images.map(({ file, tasks }) => [file, tasks])) };
}

describe('the classify stage', () => {
  test('answers with the list of classes, and with numbers', async () => {
    const { folder, answers } = await classified([learnt]);
    // A red image, which is warm and strong.
    const { tags, warmth, hours } = answers.get('0.png') ?? {};
    expect(tags?.classes).toEqual(['warm', 'strong']);
    expect(Object.keys(tags?.probabilities ?? {})).toEqual(['warm', 'strong', 'calm']);
    expect(warmth?.class).toBe('2');
    expect(hours).toEqual({ numbers: [expect.any(Number), expect.any(Number)] });
    // A blue one is neither.
    expect(answers.get('4.png')?.['tags']?.classes).toEqual([]);

    const rows: Record<string, string>[] = parse(readFileSync(join(folder, 'predictions.csv')), { columns: true });
    const row = (task: string) => rows.find((each) => each['file'] === '0.png' && each['task'] === task);
    expect(row('tags')).toMatchObject({ class: 'warm;strong', numbers: '' });
    expect(row('tags')?.['probabilities']?.split(';')).toHaveLength(3);
    expect(row('hours')).toMatchObject({ class: '', probability: '', probabilities: '' });
    expect(row('hours')?.['numbers']?.split(';').map(Number)).toEqual(hours?.numbers);

    const table = tableFromIPC(readFileSync(join(folder, 'predictions.arrow')));
    const found = table.toArray().find((each) => each.file === '0.png' && each.task === 'hours');
    expect([...found.numbers]).toEqual([...Float32Array.from(hours?.numbers ?? [])]);
    expect(table.schema.metadata.get('tasks')).toContain('"kind":"classes"');
  });

  test('answers with other classes by another threshold of the head', async () => {
    const { answers } = await classified([learnt], { tags: sigmoid({ threshold: 0 }) });
    expect(answers.get('4.png')?.['tags']?.classes).toEqual(['warm', 'strong', 'calm']);
  });

  test.each<[string, Partial<Head>, string]>([
    [
      'an answer of another length',
      { decode: () => Float32Array.of(1) },
      'returned 1 value from "decode", expected a Float32Array with 3 values',
    ],
    ['no name', { name: undefined as never }, 'has no "name"'],
    ['no answer', { decode: () => undefined as never }, 'returned undefined from "decode"'],
    ['an answer that is no number', { decode: () => Float32Array.of(1, Number.NaN, 0) }, 'returned NaN from "decode"'],
    ['too few outputs for several models', { average: () => [1] }, 'returned [ 1 ] from "average", expected 3 numbers'],
  ])('says what is wrong with a head of one’s own: %s', async (_, part, message) => {
    const { failure } = await runStage(classifyStage({ heads: { tags: { ...sigmoid(), ...part } } }), {
      inputs: { images: join(inputs.dataset, 'Images/colour_labels'), models: collected(learnt, unlearnt) },
    });
    expect(failure?.kind).toBe('failed');
    expect(failure?.problems[0]?.message).toContain(message);
    expect(failure?.problems[0]?.message).toContain('task "tags"');
  });

  test.each(['probabilities', 'logarithms'])(
    'averages several models by kind: %s of classes, each head by itself, and numbers',
    async (average) => {
      const [both, first, second] = [
        await classified([learnt, unlearnt], {}, { average }),
        await classified([learnt]),
        await classified([unlearnt]),
      ];
      const geometric = (a: number, b: number) => Math.sqrt(Math.max(a, 1e-7) * Math.max(b, 1e-7));
      for (const [file, { hours, tags, warmth }] of both.answers) {
        const of = (task: string) => [first, second].map(({ answers }) => answers.get(file)?.[task]);
        const [one, other] = of('hours');
        expect(hours?.numbers[0]).toBeCloseTo(((one?.numbers[0] ?? 0) + (other?.numbers[0] ?? 0)) / 2, 2);
        const pairs = (task: string, answer: Answer | undefined) =>
          Object.entries(answer?.probabilities ?? {}).map(([name, value]) => {
            const [a = 0, b = 0] = of(task).map((each) => each?.probabilities[name]);
            return { value, a, b };
          });
        for (const { value, a, b } of pairs('tags', tags)) {
          const [yes, no] = [geometric(a, b), geometric(1 - a, 1 - b)];
          expect(value).toBeCloseTo(average === 'probabilities' ? (a + b) / 2 : yes / (yes + no), 4);
        }
        const classes = pairs('warmth', warmth);
        const total = classes.reduce((sum, { a, b }) => sum + geometric(a, b), 0);
        for (const { value, a, b } of classes)
          expect(value).toBeCloseTo(average === 'probabilities' ? (a + b) / 2 : geometric(a, b) / total, 4);
      }
    },
  );
});

test('the predict stage answers a question with probabilities, or with numbers', async () => {
  const questions = join(temporaryFolder(), 'questions.arrow');
  const about = (task: string) => ({ file: 'Images/colour_labels/0.png', labelName: `${task}_labels`, task });
  await writeQuestions(questions, ['tags', 'warmth', 'hours'].map(about));
  const { outputs, failure } = await runStage(predictStage(), {
    inputs: { ...inputs, questions, models: collected(learnt) },
  });
  expect(failure).toBeUndefined();
  const rows: string[][] = parse(readFileSync(outputs['predictions'] ?? ''));
  const [tags = [], warmth = [], hours = []] = rows.map(([, , answer = '']) => answer.split(';').map(Number));
  expect(tags.map(Math.round)).toEqual([1, 1, 0]);
  expect(warmth.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 6);
  expect(hours).toHaveLength(2);
});
