import { describe, expect, test } from 'vitest';
import { findGarbage, lastUsesIn } from '../../../../src/engine/cache/housekeeping/garbage.ts';
import type { KeptAction } from '../../../../src/engine/cache/housekeeping/inventory.ts';
import type { RunRecord } from '../../../../src/engine/cache/records.ts';
import type { ActionKey, Digest } from '../../../../src/engine/fingerprint/digest.ts';

const DAY = 86_400_000;
const key = (name: string) => name as ActionKey;

/** An action that finished on the given day, with contents named by letters. */
function action(name: string, day: number, contents: string): KeptAction {
  const outputs = Object.fromEntries([...contents].map((digest) => [digest, { digest: digest as Digest }]));
  const provenance = { stage: name, finished: new Date(day * DAY).toISOString() };
  return { key: key(name), path: name, record: { key: name, outputs, provenance } } as unknown as KeptAction;
}

/** Contents, each of ten bytes. */
const contents = (letters: string) =>
  [...letters].map((letter) => ({ digest: letter as Digest, path: letter, bytes: 10 }));

const ACTIONS = [
  action('first', 1, 'a'),
  action('second', 2, 'bs'),
  action('third', 3, 'cs'),
  action('fourth', 4, 'd'),
];
const OBJECTS = contents('abcds');

/** The names of what is deleted: actions, then contents. */
function garbage(
  limits: Parameters<typeof findGarbage>[4],
  { needed = [] as string[], uses = new Map<ActionKey, number>(), objects = OBJECTS } = {},
) {
  const found = findGarbage(ACTIONS, objects, uses, { actions: new Set(needed.map(key)) }, limits);
  const letters = found.objects.map(({ digest }) => digest).join('');
  return { actions: found.actions.map(({ key: name }) => name), letters, bytes: found.bytes, staying: found.staying };
}

describe('garbage collection', () => {
  test('deletes everything that is not needed if there are no limits', () => {
    expect(garbage({}, { needed: ['fourth'] })).toEqual({
      actions: ['first', 'second', 'third'],
      letters: 'abcs',
      bytes: 40,
      staying: 10,
    });
  });

  test('keeps content that a kept action shares with a deleted one', () => {
    expect(garbage({}, { needed: ['third'] }).letters).toBe('abd');
  });

  test('deletes only actions last used before the given time', () => {
    expect(garbage({ usedBefore: 3 * DAY })).toMatchObject({ actions: ['first', 'second'], letters: 'ab' });
  });

  test('keeps an old action that was used recently', () => {
    const uses = new Map([[key('first'), 5 * DAY]]);
    expect(garbage({ usedBefore: 3 * DAY }, { uses })).toMatchObject({ actions: ['second'], letters: 'b' });
  });

  test.each([
    [50, [], ''],
    [49, ['first'], 'a'],
    [30, ['first', 'second'], 'ab'],
    [20, ['first', 'second', 'third'], 'abcs'],
    [0, ['first', 'second', 'third', 'fourth'], 'abcds'],
  ])(
    'deletes the least recently used actions to fit %d bytes, counting shared content once',
    (maxBytes, actions, letters) => {
      expect(garbage({ maxBytes })).toMatchObject({ actions, letters });
    },
  );

  test('never deletes what is needed, even if it exceeds the size limit', () => {
    expect(garbage({ maxBytes: 5 }, { needed: ['first', 'second'] })).toMatchObject({
      actions: ['third', 'fourth'],
      staying: 30,
    });
  });

  test('applies the age limit and the size limit together', () => {
    expect(garbage({ usedBefore: 2 * DAY, maxBytes: 100 }).actions).toEqual(['first']);
    expect(garbage({ usedBefore: 2 * DAY, maxBytes: 30 }).actions).toEqual(['first', 'second']);
  });

  test('always deletes content that no action references', () => {
    expect(garbage({ usedBefore: 0 }, { objects: contents('abcdsx') })).toMatchObject({ actions: [], letters: 'x' });
  });
});

test('the last use of an action is the latest run that has its key', () => {
  const run = (day: number, ...keys: string[]) =>
    ({
      started: new Date(day * DAY).toISOString(),
      stages: keys.map((name) => ({ key: name })),
    }) as unknown as RunRecord;
  const uses = lastUsesIn([run(3, 'a'), run(5, 'b'), run(1, 'a', 'b')]);
  expect([...uses]).toEqual([
    ['a', 3 * DAY],
    ['b', 5 * DAY],
  ]);
});
