import { describe, expect, test } from 'vitest';
import { check, compile } from '../../../src/engine/plan/schema-problems.ts';

const subject = {
  name: (path: readonly (string | number)[]) => path.join('.'),
  unknown: (_path: readonly (string | number)[], key: string) => `key "${key}"`,
  place: () => ({ file: 'pipeline.yaml' }),
};

function saidOf(schema: object, value: unknown): readonly string[] {
  const whole = compile({ type: 'object', properties: { files: schema } });
  return check(whole, { files: value }, subject).map(({ message, advice }) =>
    [message, advice].filter(Boolean).join(' — '),
  );
}

describe('a value that a schema allows in several types', () => {
  const description = 'A path, or a list of them.';
  const schema = {
    description,
    anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' }, minItems: 1 }],
  };

  test('a value of none of the types is reported once, with all types', () => {
    expect(saidOf(schema, 5)).toEqual([`files must be a string or an array, but is 5 — ${description}`]);
  });

  test('an invalid value of one of the types is reported by the schema of that type', () => {
    expect(saidOf(schema, [])).toEqual(['files must not be empty, but is []']);
    expect(saidOf(schema, ['a', 2])).toEqual(['files.1 must be a string, but is 2']);
  });

  test('a valid value is not reported', () => {
    expect(saidOf(schema, ['a'])).toEqual([]);
  });
});
