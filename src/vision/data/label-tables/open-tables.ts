import type { Problem, Result } from '../../../shared/problem.ts';
import { success } from '../../../shared/problem.ts';
import type { AnnotationFile } from '../labels/annotation-files.ts';
import { isImageColumn } from '../labels/csv-header.ts';
import type { DatasetFiles } from '../labels/dataset-files.ts';
import { LABEL_FILE, readTextFile } from '../labels/text-file.ts';
import type { Split } from '../tables/task.ts';
import { isSplitColumn } from './choose-columns.ts';
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
    return readParquetTable(file, (name) => isNeeded(name, columns));
  }
  const text = await readTextFile(file, LABEL_FILE);
  return text.ok ? success(readCsvTable(text.value)) : text;
}

/** Returns whether a column may be one that is used. If the param names the tasks, others may be texts of any size. */
function isNeeded(name: string, { file, split, group, tasks }: ColumnsParam): boolean {
  if (tasks === undefined || name === file || name === split || name === group) return true;
  if (file === undefined && isImageColumn(name)) return true;
  if (split === undefined && isSplitColumn(name)) return true;
  return tasksOfParam(tasks).some(({ columns }) => columns.includes(name));
}
