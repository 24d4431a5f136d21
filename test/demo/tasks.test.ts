import { expect, test } from 'vitest';
import { compose } from '../../src/demo/photograph.ts';
import { randomFor } from '../../src/demo/random.ts';
import { TASKS } from '../../src/demo/tasks.ts';

test('there are the eight tasks of FashionAI with as many classes as it has', () => {
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

/** The drawing of a class, from draws that depend on `take` alone. */
function drawing(task: (typeof TASKS)[number], position: number, take: number): string {
  return task.draw(randomFor(`${task.name} ${take}`), position).drawing;
}

test.for(TASKS)('each class of $name is drawn in its own way', (task) => {
  const drawings = task.classes.map((_, position) => drawing(task, position, 0));
  expect(new Set(drawings).size).toBe(task.classes.length);
});

test.for(TASKS)('$name is drawn anew for each picture', (task) => {
  const drawings = [0, 1, 2, 3].map((take) => drawing(task, 1, take));
  expect(new Set(drawings).size).toBe(4);
});

test.for(TASKS)('no drawing of $name has a number or a name missing', (task) => {
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
