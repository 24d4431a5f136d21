import { readFile } from 'node:fs/promises';
import { type DataType, type Table, tableFromIPC, util } from 'apache-arrow';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { reasonOf } from '../../../shared/wording.ts';

/** Reads a whole Arrow IPC file. Columns of these names and types have to be there; others may be. */
export async function readArrowTable<Columns extends Record<string, DataType>>(
  file: string,
  columns: Columns,
): Promise<Result<Table<Columns>>> {
  const advice = 'Run the stage that made it again; if it was made by hand, write it as an Arrow IPC file.';
  let table: Table<Columns>;
  try {
    const bytes = await readFile(file);
    // The reader itself takes a file that was cut short for an empty one, or fails with a TypeError.
    if (!isWhole(bytes)) return problem('this is no Arrow file, or not the whole of it', { at: { file }, advice });
    table = tableFromIPC<Columns>(bytes);
  } catch (error) {
    return problem(`cannot read this as an Arrow file: ${reasonOf(error)}`, { at: { file }, advice });
  }
  for (const [name, type] of Object.entries(columns)) {
    const field = table.schema.fields.find((candidate) => candidate.name === name);
    if (field !== undefined && util.compareTypes(field.type, type)) continue;
    const found = field === undefined ? 'there is none' : `it is ${field.type}`;
    return problem(`a column «${name}» of type ${type} is needed, ${found}`, { at: { file }, advice });
  }
  return success(table);
}

function isWhole(bytes: Buffer): boolean {
  return [bytes.subarray(0, 6), bytes.subarray(-6)].every((end) => end.toString('latin1') === 'ARROW1');
}
