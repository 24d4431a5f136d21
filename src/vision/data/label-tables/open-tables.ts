import type { Problem, Result } from '../../../shared/problem.ts';
import { success } from '../../../shared/problem.ts';
import type { AnnotationFile } from '../labels/annotation-files.ts';
import type { DatasetFiles } from '../labels/dataset-files.ts';
import { LABEL_FILE, readTextFile } from '../labels/text-file.ts';
import type { Split } from '../tables/task.ts';
import { type ColumnsParam, tasksOfParam } from './columns-param.ts';
import { readCsvTable } from './csv-table.ts';
import type { LabelTable } from './label-table.ts';

interface OpenedTables {
  readonly tables: readonly { readonly table: LabelTable; readonly split: Split | undefined }[];
  readonly problems: readonly Problem[];
}

/** Opens label files: Parquet by the name's extension, others as text. */
export async function openTables(
  found: readonly AnnotationFile[],
  columns: ColumnsParam,
  files: DatasetFiles,
): Promise<OpenedTables> {
  const tables: { table: LabelTable; split: Split | undefined }[] = [];
  const problems: Problem[] = [];
  for (const { file, split } of found) {
    const table = await openTable(files.path(file), columns);
    if (table.ok) tables.push({ table: table.value, split });
    else problems.push(...table.failure);
  }
  return { tables, problems };
}

async function openTable(file: string, columns: ColumnsParam): Promise<Result<LabelTable>> {
  if (/\.(parquet|pq)$/i.test(file)) {
    const { readParquetTable } = await import('./parquet-table.ts');
    return readParquetTable(file, columnsIn(columns));
  }
  const text = await readTextFile(file, LABEL_FILE);
  return text.ok ? success(readCsvTable(text.value)) : text;
}

/** Returns the columns that are needed, if the param names them all: others may hold gigabytes of images. */
function columnsIn({ file, split, group, tasks }: ColumnsParam): ReadonlySet<string> | undefined {
  if (file === undefined || tasks === undefined) return undefined;
  const labels = tasksOfParam(tasks).flatMap(({ columns }) => columns);
  return new Set([file, split ?? 'split', group, ...labels].flatMap((name) => name ?? []));
}
