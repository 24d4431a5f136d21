import { quoted } from '../../../shared/wording.ts';
import type { AnnotationFile } from '../labels/annotation-files.ts';
import type { DatasetFiles } from '../labels/dataset-files.ts';
import type { Finding } from '../labels/findings.ts';
import { type ImagePath, imagePathOf } from '../labels/image-path.ts';
import { invalidTaskName, type Label, type NamingRow } from '../labels/label-rows.ts';
import { type Labelled, NOTHING_LABELLED } from '../labels/labelled.ts';
import { pathInDataset } from '../labels/path-in-dataset.ts';
import { splitCalled } from '../labels/split-names.ts';
import { isTaskName, type Split } from '../tables/task.ts';
import { type ChosenColumns, chooseColumns } from './choose-columns.ts';
import type { ColumnsParam, TaskColumns } from './columns-param.ts';
import { readerOf } from './kind-readers.ts';
import type { LabelReader } from './label-reader.ts';
import { type Field, type LabelTable, type TableRow, textOf } from './label-table.ts';
import { openTables } from './open-tables.ts';

/** How label tables are read. */
export interface TableOptions {
  readonly columns: ColumnsParam;
  readonly imagePath: ImagePath | undefined;
}

/** Reads and checks label files with a row for each image and a column for each task. */
export async function readLabelTables(
  found: readonly AnnotationFile[],
  { columns, imagePath }: TableOptions,
  files: DatasetFiles,
): Promise<Labelled> {
  const opened = await openTables(found, columns, files);
  const tables = opened.tables.map(({ table }) => table);
  const findings = tables.flatMap((table) => table.findings);
  const invalid = { ...NOTHING_LABELLED, findings, problems: opened.problems };
  if (opened.problems.length > 0 || tables.some(({ rows }) => rows.length === 0)) return invalid;
  const chosen = chooseColumns(tables, columns);
  if (!chosen.ok) return { ...invalid, problems: chosen.failure };
  const names = chosen.value.tasks.filter(({ task }) => !isTaskName(task));
  const at = { file: tables[0]?.file ?? '' };
  if (names.length > 0)
    return { ...invalid, problems: names.map(({ task, columns }) => ({ ...invalidName(task, columns), at })) };
  const readers = chosen.value.tasks.map((task) => ({ task, reader: readerOf(task, valuesOf(task, tables)) }));
  const problems = readers.flatMap(({ task, reader }) =>
    reader.ok
      ? []
      : reader.failure.map((each) => ({
          at: tables[0]?.headerPlace(indexOf(task.columns[0], tables[0].header)) ?? at,
          ...each,
        })),
  );
  if (problems.length > 0) return { ...invalid, problems };
  const rows = new RowReader(
    chosen.value,
    readers.flatMap(({ task, reader }) => (reader.ok ? [{ task, reader: reader.value }] : [])),
    imagePath,
  );
  for (const { table, split } of opened.tables) rows.readTable(table, split);
  return { ...rows.labelled(), findings: [...findings, ...rows.findings] };
}

function invalidName(task: string, columns: readonly string[]) {
  const { message, advice } = invalidTaskName(task);
  const name = task.replaceAll(/[^\w.-]+/g, '_').replace(/^[^A-Za-z0-9]+/, '');
  const example = `columns: { tasks: { ${name || 'task'}: { kind: class, column: ${quoted(columns[0] ?? task)} } } }`;
  return { message, advice: `${advice} Name the task otherwise than its column, as in: ${example}.` };
}

function indexOf(column: string | undefined, header: readonly string[]): number {
  return Math.max(0, header.indexOf(column ?? ''));
}

function valuesOf({ columns }: TaskColumns, tables: readonly LabelTable[]): readonly (readonly Field[])[] {
  return tables.flatMap(({ header, rows }) => {
    const indices = columns.map((name) => header.indexOf(name));
    return rows.map(({ fields }) => indices.map((index) => fields[index] ?? ''));
  });
}

interface TaskReader {
  readonly task: TaskColumns;
  readonly reader: LabelReader;
}

/** Reads rows one by one, and collects what they say. */
class RowReader {
  readonly findings: Finding[] = [];
  readonly #labels: Label[] = [];
  readonly #rows: NamingRow[] = [];
  readonly #splits = new Map<string, Split>();
  readonly #groups = new Map<string, string>();
  readonly #first = new Map<string, { readonly table: LabelTable; readonly row: TableRow }>();
  #unlabelled = 0;
  readonly #chosen: ChosenColumns;
  readonly #readers: readonly TaskReader[];
  readonly #imagePath: ImagePath | undefined;

  constructor(chosen: ChosenColumns, readers: readonly TaskReader[], imagePath: ImagePath | undefined) {
    this.#chosen = chosen;
    this.#readers = readers;
    this.#imagePath = imagePath;
  }

  /** @param given the split of all rows, if the param `annotations` says it. */
  readTable(table: LabelTable, given: Split | undefined): void {
    const column = (name: string | undefined) => (name === undefined ? -1 : table.header.indexOf(name));
    const { file: fileName, split: splitName, group: groupName } = this.#chosen;
    const [fileColumn, splitColumn, groupColumn] = [column(fileName), column(splitName), column(groupName)] as const;
    const tasks = this.#readers.map(({ task, reader }) => ({
      name: task.task,
      reader,
      columns: task.columns.map(column),
    }));
    for (const row of table.rows) {
      const split = splitColumn < 0 ? given : this.#splitOf(table, row, splitColumn, given);
      const file = this.#imageOf(table, row, fileColumn, split);
      if (file === undefined) continue;
      if (split !== undefined) this.#splits.set(file, split);
      const group = groupColumn < 0 ? '' : textOf(row.fields[groupColumn]);
      if (group !== '') this.#groups.set(file, group);
      const before = this.#labels.length;
      for (const task of tasks) this.#readLabel(table, row, file, task);
      if (this.#labels.length === before) this.#unlabelled += 1;
    }
  }

  #splitOf(table: LabelTable, row: TableRow, column: number, given: Split | undefined): Split | undefined {
    const text = textOf(row.fields[column]);
    const split = splitCalled(text);
    const fault = { kind: 'invalid splits', at: table.place(row, column) } as const;
    if (split === undefined) {
      const message = text === '' ? 'there is no split' : `${quoted(text)} is not a split`;
      this.findings.push({ ...fault, message, advice: 'Write train, validation or test.' });
    } else if (given !== undefined && given !== split) {
      const message = `the split is ${split}, but the param "annotations" says that this file is for ${given}`;
      this.findings.push({ ...fault, message, advice: 'Correct one of them.' });
    }
    return split;
  }

  /** Returns the path of the image of a row; undefined if it is wrong, or if an earlier row has it. */
  #imageOf(table: LabelTable, row: TableRow, column: number, split: Split | undefined): string | undefined {
    const name = textOf(row.fields[column]);
    const place = () => table.place(row, column);
    if (name === '') {
      const advice = 'Write the path of the image, or remove the row.';
      this.findings.push({ kind: 'invalid paths', message: 'the row names no image', at: place(), advice });
      return undefined;
    }
    const file = pathInDataset(imagePathOf(name, this.#imagePath, split));
    if (typeof file !== 'string') {
      this.findings.push({ ...file, at: place() });
      return undefined;
    }
    const earlier = this.#first.get(file);
    if (earlier !== undefined) {
      const where = earlier.table === table ? `line ${earlier.row.line}` : `${earlier.table.file}:${earlier.row.line}`;
      this.findings.push({
        kind: 'duplicate rows',
        message: `${quoted(file)} already has a row in ${where}`,
        at: place(),
        advice: 'Write all labels of an image into one row.',
      });
      return undefined;
    }
    this.#first.set(file, { table, row });
    this.#rows.push({ file, place });
    return file;
  }

  #readLabel(
    table: LabelTable,
    row: TableRow,
    file: string,
    {
      name,
      reader,
      columns,
    }: { readonly name: string; readonly reader: LabelReader; readonly columns: readonly number[] },
  ): void {
    const label = reader.read(columns.map((column) => row.fields[column] ?? ''));
    if (label === undefined) return;
    if ('label' in label) {
      this.#labels.push({ file, task: name, label: label.label, classIndex: label.classIndex });
      return;
    }
    const { field = 0, ...fault } = label;
    this.findings.push({ ...fault, at: table.place(row, columns[field] ?? 0) });
  }

  labelled(): Labelled {
    const tasks = this.#readers.map(({ task }) => task);
    const names = this.#readers.flatMap(({ task, reader }) =>
      reader.names ? [[task.task, reader.names] as const] : [],
    );
    const { length } = this.#rows;
    return {
      ...NOTHING_LABELLED,
      labels: this.#labels,
      classNames: new Map(names),
      kinds: new Map(tasks.flatMap(({ task, kind }) => (kind === 'class' ? [] : [[task, kind] as const]))),
      splits: this.#splits,
      groups: this.#groups,
      rows: this.#rows,
      tasks: new Set(tasks.map(({ task }) => task)),
      notes: this.#unlabelled === 0 ? [] : [`${this.#unlabelled} of ${length} images have no label and are left out`],
    };
  }
}
