import { type DataType, type Table, tableFromIPC, util } from 'apache-arrow';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { readBytes } from '../../../shared/read-file.ts';
import { reasonOf } from '../../../shared/wording.ts';

/**
 * Reads an Arrow IPC file into memory. It must have columns of these names and types, and may have others. A missing or
 * invalid file and a missing column are failures.
 */
export async function readArrowTable<Columns extends Record<string, DataType>>(
  file: string,
  columns: Columns,
): Promise<Result<Table<Columns>>> {
  const advice = 'Rerun the stage that made it; if it was made by hand, write it as an Arrow IPC file.';
  const bytes = readBytes(file, 'arrowTable', 'follow');
  if (!bytes.ok) return problem(`cannot read this as an Arrow file: ${bytes.failure.reason}`, { at: { file }, advice });
  // The reader takes a truncated file for an empty one, or fails with a TypeError.
  if (!isComplete(bytes.value))
    return problem('this is not an Arrow IPC file, or it is incomplete', { at: { file }, advice });
  let table: Table<Columns>;
  try {
    table = tableFromIPC<Columns>(bytes.value);
  } catch (error) {
    return problem(`cannot read this as an Arrow file: ${reasonOf(error)}`, { at: { file }, advice });
  }
  for (const [name, type] of Object.entries(columns)) {
    const field = table.schema.fields.find((candidate) => candidate.name === name);
    if (field !== undefined && util.compareTypes(field.type, type)) continue;
    const found = field === undefined ? 'there is none' : `its type is ${field.type}`;
    return problem(`expected a column "${name}" of type ${type}, but ${found}`, { at: { file }, advice });
  }
  return success(table);
}

function isComplete(bytes: Buffer): boolean {
  return [bytes.subarray(0, 6), bytes.subarray(-6)].every((end) => end.toString('latin1') === 'ARROW1');
}
