import { expect, test } from 'vitest';
import { compose } from '../../src/demo/photograph.ts';
import { randomFor } from '../../src/demo/random.ts';
import { TASKS } from '../../src/demo/tasks.ts';

test('the demo has the eight tasks of FashionAI with the same numbers of classes', () => {
  expect(Object.fromEntries(TASKS.map(({ name, classes }) => [name, classes.length]))).toEqual({
    coat_length: 8,
    collar_design: 5,
    lapel_design: 5,
    neck_design: 5,
    neckline_design: 10,
    pant_length: 6,
    skirt_length: 6,
    sleeve_length: 9,
  });
});

test.for(TASKS)(
  'the first class of $name is the one that is not to be seen, and no name comes twice',
  ({ classes }) => {
    expect(classes[0]).toBe('Invisible');
    expect(new Set(classes).size).toBe(classes.length);
  },
);

/** Draws a class with random numbers that depend on `take` only. */
function drawing(task: (typeof TASKS)[number], position: number, take: number): string {
  return task.draw(randomFor(`${task.name} ${take}`), position).drawing;
}

test.for(TASKS)('each class of $name has a different drawing', (task) => {
  const drawings = task.classes.map((_, position) => drawing(task, position, 0));
  expect(new Set(drawings).size).toBe(task.classes.length);
});

test.for(TASKS)('each image of $name has a different drawing', (task) => {
  const drawings = [0, 1, 2, 3].map((take) => drawing(task, 1, take));
  expect(new Set(drawings).size).toBe(4);
});

test.for(TASKS)('every drawing of $name has valid numbers and unique, defined ids', (task) => {
  for (const position of task.classes.keys()) {
    for (let take = 0; take < 8; take += 1) {
      const random = randomFor(`${take}`);
      const svg = compose(random, task.draw(random, position));
      expect(svg).not.toMatch(/NaN|Infinity|undefined|null|--/);
      const ids = [...svg.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
      for (const [, used] of svg.matchAll(/url\(#([^)]+)\)/g)) expect(ids).toContain(used);
    }
  }
});
