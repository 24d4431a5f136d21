import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { predictionLine } from '../../../src/vision/predict/prediction-line.ts';

const question = { file: 'Images/coat_length_labels/0a1.jpg', labelName: 'coat_length_labels' };

test("a prediction line has the image, the task's label name, and the probabilities with eight decimals", () => {
  expect(predictionLine(question, Float32Array.of(0.125, 0.5, 0.375), 'class')).toBe(
    'Images/coat_length_labels/0a1.jpg,coat_length_labels,0.12500000;0.50000000;0.37500000\n',
  );
});

test('the printed probabilities sum to 1 within 1e-7, even if the float32 probabilities do not', () => {
  const float32 = Float32Array.of(0.1, 0.2, 0.3, 0.15, 0.05, 0.05, 0.05, 0.05, 0.025, 0.0250009);
  const [, , answer = ''] = predictionLine(question, float32, 'class').trim().split(',');
  const sum = answer.split(';').reduce((total, value) => total + Number(value), 0);
  expect(Math.abs(sum - 1)).toBeLessThan(1e-7);
});

test.each(['a,b.jpg', 'a "quoted" name.jpg', 'two\nlines.jpg', ' blank at the ends.jpg ', '衣.jpg'])(
  'a CSV reader reads the file name %j back',
  (file) => {
    expect(parse(predictionLine({ ...question, file }, Float32Array.of(1), 'class'))).toEqual([
      [file, 'coat_length_labels', '1.00000000'],
    ]);
  },
);

test('a prediction line has each probability as it is where an image may have several classes, and numbers in full', () => {
  const [, , several] = predictionLine(question, Float32Array.of(0.75, 0.5), 'classes').trim().split(',');
  expect(several).toBe('0.75000000;0.50000000');
  const [, , numbers] = predictionLine(question, Float32Array.of(12.3, 1_234_567), 'numbers').trim().split(',');
  expect(numbers).toBe('12.3;1234567');
});
