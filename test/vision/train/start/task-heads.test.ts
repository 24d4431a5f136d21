import { expect, test } from 'vitest';
import { withHeads } from '../../../../src/vision/train/start/task-heads.ts';

test('a task has the head of its kind, whatever it is called', () => {
  const tasks = [{ name: 'constructor', classes: 2 }];
  expect(withHeads(tasks, { labelsOf: () => [] })).toEqual({ ok: true, value: tasks });
});
