import { expect, test } from 'vitest';
import { samples } from '../../src/demo/samples.ts';
import { TASKS } from '../../src/demo/tasks.ts';

const labels = (count: number) => samples('labelled', count, 2018);

test('each task gets samples in proportion to its number of classes', () => {
  const counts = TASKS.map((task) => [task.name, labels(2700).filter((sample) => sample.task === task).length]);
  expect(Object.fromEntries(counts)).toEqual({
    coat_length: 400,
    collar_design: 250,
    lapel_design: 250,
    neck_design: 250,
    neckline_design: 500,
    pant_length: 300,
    skirt_length: 300,
    sleeve_length: 450,
  });
});

test('the number of samples is exact when it does not divide evenly among the tasks', () => {
  for (const count of [54, 55, 101, 2399]) expect(labels(count)).toHaveLength(count);
});

test('the classes of a task are about equally frequent', () => {
  for (const task of TASKS) {
    const here = labels(2700).filter((sample) => sample.task === task);
    for (const position of task.classes.keys()) {
      const share = here.filter((sample) => sample.position === position).length;
      expect(share).toBeGreaterThan(40);
      expect(share).toBeLessThan(60);
    }
  }
});

test('a few labels have a "maybe", always beside the y', () => {
  const unsure = labels(2700).filter(({ label }) => label.includes('m'));
  expect(unsure.length / 2700).toBeCloseTo(0.05, 1);
  for (const { label } of unsure) expect(label).toMatch(/^n*(my|ym)n*$/);
});

test('the order of the file names does not reveal the class', () => {
  const coats = labels(2700).filter(({ task }) => task.name === 'coat_length');
  const alike = coats.filter(({ position }, index) => position === coats[index + 1]?.position).length;
  expect(alike / coats.length).toBeCloseTo(1 / 8, 1);
});

test('no two samples have the same name', () => {
  const names = [...labels(2700), ...samples('questions', 400, 2018)].map(({ file }) => file.split('/').at(-1));
  expect(new Set(names).size).toBe(3100);
});
