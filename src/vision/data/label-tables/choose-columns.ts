import { distance } from 'fastest-levenshtein';
import { failure, type Problem, problem, type Result, success } from '../../../shared/problem.ts';
import { listed, quoted } from '../../../shared/wording.ts';
import { isImageColumn } from '../labels/csv-header.ts';
import { splitCalled } from '../labels/split-names.ts';
import { type ColumnsParam, type TaskColumns, tasksOfParam } from './columns-param.ts';
import { guessTasks } from './guess-tasks.ts';
import { type LabelTable, textOf } from './label-table.ts';

/** Which columns of the tables are which, by name. */
export interface ChosenColumns {
  readonly file: string;
  readonly split: string | undefined;
  readonly group: string | undefined;
  readonly tasks: readonly TaskColumns[];
}

/** Returns which columns are which: as the param says, or else what is certain from the names and values of the columns. */
export function chooseColumns(tables: readonly LabelTable[], param: ColumnsParam): Result<ChosenColumns> {
  const [first] = tables;
  if (first === undefined) return failure([]);
  const images = first.header.filter(isImageColumn);
  const file = param.file ?? (images.length === 1 ? images[0] : undefined);
  if (file === undefined) {
    const many = images.length === 0 ? 'no column is called so' : `${listed(images.map(quoted))} may be it`;
    return problem(`cannot tell which column has the paths of the images: ${many}`, {
      at: first.headerPlace(0),
      advice: `Say which one, as in: columns: { file: ${quoted(first.header[0] ?? '')} }. ${columnsIn(first.header)}.`,
    });
  }
  const split = param.split ?? first.header.find((name) => isSplitColumn(name) && hasSplits(name, tables));
  const used = [file, split, param.group];
  const others = first.header.filter((name) => name !== '' && !used.includes(name));
  const tasks = param.tasks === undefined ? guessTasks(others, tables) : tasksOfParam(param.tasks);
  if ('message' in tasks) return failure([tasks]);
  if (tasks.length === 0) {
    const message = 'the table has no column with labels';
    const advice = 'Add a column for each task: its name in the header, and the class of each image below.';
    return problem(message, { at: first.headerPlace(0), advice });
  }
  const named = [...used.flatMap((name) => name ?? []), ...tasks.flatMap(({ columns }) => columns)];
  const problems = tables.flatMap((table) => headerProblems(table, new Set(named)));
  return problems.length > 0 ? failure(problems) : success({ file, split, group: param.group, tasks });
}

/** Returns whether a column of this name may have the splits. */
export function isSplitColumn(name: string): boolean {
  return /^(split|subset)$/i.test(name);
}

function hasSplits(name: string, tables: readonly LabelTable[]): boolean {
  return tables.every(({ header, rows }) => {
    const column = header.indexOf(name);
    return rows.every(({ fields }) => splitCalled(textOf(fields[column])) !== undefined);
  });
}

/** Returns a problem for each column that a table lacks or has twice. */
function headerProblems({ header, headerPlace }: LabelTable, named: ReadonlySet<string>): readonly Problem[] {
  return [...named].flatMap((name) => {
    const count = header.filter((column) => column === name).length;
    if (count === 1) return [];
    if (count > 1) {
      const message = `${count} columns are called ${quoted(name)}`;
      return [{ message, at: headerPlace(header.lastIndexOf(name)), advice: 'Rename all but one of them.' }];
    }
    const near = header.find((column) => distance(column.toLowerCase(), name.toLowerCase()) <= 2);
    const hint = near === undefined ? '' : `Did you mean ${quoted(near)}? `;
    const advice = `${hint}${columnsIn(header)}; the param "columns" says which are used.`;
    return [{ message: `there is no column ${quoted(name)}`, at: headerPlace(0), advice }];
  });
}

const MAX_LISTED = 20;

function columnsIn(header: readonly string[]): string {
  const names = header.slice(0, MAX_LISTED).map(quoted);
  const more = header.length - names.length;
  return `The columns are ${listed(more > 0 ? [...names, `${more} more`] : names)}`;
}
