import type { RunFilter } from '../cache/history/query-runs.ts';

/** Splits `accuracy,learning_rate`. Throws an Error if there is no name. */
export function parseColumns(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (names.includes('')) throw new Error('Expected names with commas between them, such as accuracy,learning_rate.');
  return names;
}

/** Parses `accuracy>=0.9`. Throws an Error for anything else. */
export function parseFilter(text: string): RunFilter {
  // The name of an instance contains "=": `train@seed=1.loss`.
  const [, column, operator, value] = /^((?:[^@<>=!]+@.*\.)?[^<>=!]+)(<=|>=|!=|=|<|>)(.*)$/s.exec(text) ?? [];
  if (column === undefined || operator === undefined || value === undefined)
    throw new Error(
      'Expected a name, one of = != < <= > >= and a value, in quotes for the shell, such as "accuracy>=0.9".',
    );
  return { column: column.trim(), operator, value: value.trim() };
}
