import { expect, test } from 'vitest';
import { withHeads } from '../../../../src/vision/train/start/task-heads.ts';

test.each(['toString', 'constructor', 'hasOwnProperty'])('a task named "%s" has the head of its kind', (name) => {
  const task = { name, classes: 2 };
  expect(withHeads([task], { labelsOf: () => [] })).toEqual({ ok: true, value: [task] });
});
