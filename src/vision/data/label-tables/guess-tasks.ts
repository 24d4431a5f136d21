import type { Problem } from '../../../shared/problem.ts';
import { counted, listed, quoted } from '../../../shared/wording.ts';
import { MAX_CLASSES } from '../labels/label-rows.ts';
import type { TaskColumns } from './columns-param.ts';
import type { Field, LabelTable } from './label-table.ts';
import { isNumber } from './numbers.ts';

/** What the labels in a column are: certain, or what they look like and what the user may write. */
type Guess =
  | { readonly kind: 'class' | 'classes' }
  | { readonly reason: string; readonly suggestion: string | undefined };

/** How many columns a message lists. */
const MAX_LISTED = 8;

/**
 * Returns the tasks of a table, one for each of these columns, where the kind of each is certain: a few different texts,
 * or lists of texts. Numbers may be measured, or name a class; so a guess would be wrong without anyone noticing.
 */
export function guessTasks(
  columns: readonly string[],
  tables: readonly LabelTable[],
): readonly TaskColumns[] | Problem {
  const guesses = columns.map((name) => ({ name, guess: guess(valuesOf(name, tables)) }));
  const unclear = guesses.flatMap(({ name, guess }) => ('reason' in guess ? [{ name, ...guess }] : []));
  if (unclear.length === 0) {
    return guesses.flatMap(({ name, guess }) =>
      'kind' in guess ? [{ task: name, kind: guess.kind, columns: [name], hasOwnColumns: false }] : [],
    );
  }
  const shown = unclear.slice(0, MAX_LISTED).map(({ name, reason }) => `${quoted(name)} (${reason})`);
  const more = unclear.length - shown.length;
  const written = guesses.flatMap(({ name, guess }) => {
    const text = 'kind' in guess ? guess.kind : guess.suggestion;
    return text === undefined ? [] : [`${/^[\w.-]+$/.test(name) ? name : quoted(name)}: ${text}`];
  });
  return {
    message: `cannot tell what the labels in ${listed(more > 0 ? [...shown, `${more} more columns`] : shown)} are`,
    at: tables[0]?.headerPlace(tables[0].header.indexOf(unclear[0]?.name ?? '')) ?? { file: '' },
    advice:
      `Say which columns are tasks, and of which kind, as in: columns: { tasks: { ${written.slice(0, MAX_LISTED).join(', ') || 'NAME: class'} } }. The kinds ` +
      'are class, classes, ordered and numbers; columns that are no tasks are left out.',
  };
}

function valuesOf(name: string, tables: readonly LabelTable[]): readonly Field[] {
  return tables.flatMap(({ header, rows }) => {
    const column = header.indexOf(name);
    return rows.flatMap(({ fields }) => {
      const field = fields[column];
      return field === undefined || field === '' ? [] : [field];
    });
  });
}

function guess(values: readonly Field[]): Guess {
  if (values.length === 0) return { reason: 'empty', suggestion: undefined };
  const different = new Set<string>();
  for (const value of values) for (const text of [value].flat()) different.add(text);
  const [example = ''] = different;
  const isList = values.some((value) => typeof value !== 'string');
  if ([...different].every(isNumber))
    return {
      reason: `${isList ? 'lists of numbers' : 'numbers'}, such as ${quoted(example)}`,
      suggestion: isList ? undefined : 'numbers',
    };
  if (isList) return { kind: 'classes' };
  const separated = [...different].find((text) => /[|;]/.test(text));
  if (separated !== undefined) {
    const separator = separated.includes('|') ? '|' : ';';
    const reason = `texts such as ${quoted(separated)}`;
    return { reason, suggestion: `{ kind: classes, separator: ${quoted(separator)} }` };
  }
  const isFew = different.size <= MAX_CLASSES && 2 * different.size <= values.length;
  if (isFew) return { kind: 'class' };
  return {
    reason: `${counted(different.size, 'different text')} in ${counted(values.length, 'row')}`,
    suggestion: undefined,
  };
}
