import { CompressionType, DataType, type Field, util } from 'apache-arrow';
import type { Json } from '../../../shared/json.ts';
import type { DirectoryContent } from '../directory.ts';
import { bytesOf, partsOf } from './batch-layout.ts';
import { ColumnReader } from './columns.ts';
import { type ArrowFile, openArrow } from './file.ts';
import { countNulls, type Range, rangeOf, type ValueCount, valuesOf } from './statistics.ts';
import { extensionOf, ownMetadata, tensorShape, typeName } from './types.ts';
import { toJson } from './values.ts';

const SHOWN_ROWS = 5;
/** A column whose first batch is larger than this is not read to show its first rows. */
const SHOWN_BYTES = 64_000_000;
/** Longer values, such as the pixels of an image, are not shown, only their type. */
const SHOWN_LIST = 64;

export interface ArrowColumn {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly extension?: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly nulls: number;
  readonly range?: Range;
  /** The number of occurrences of each value, most frequent first, if the column has few distinct strings. */
  readonly values?: readonly ValueCount[];
  /** The first values; undefined if they are too large to be read for this. */
  readonly first?: readonly Json[];
}

/** A table: Arrow files or streams with the same schema. */
export interface ArrowTable {
  readonly form: 'file' | 'stream';
  readonly files: readonly string[];
  readonly bytes: number;
  readonly rows: number;
  readonly batches: number;
  readonly compression?: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly columns: readonly ArrowColumn[];
}

export interface ArrowContent {
  readonly kind: 'arrow';
  readonly tables: readonly ArrowTable[];
  readonly faults: readonly { readonly file: string; readonly reason: string }[];
  /** All files of the directory; undefined for a single file. */
  readonly directory?: DirectoryContent;
}

export interface NamedPath {
  /** The reason, for people. */
  readonly name: string;
  readonly path: string;
}

/** Inspects Arrow files. Reads their headers, and only the columns and batches that are shown. */
export function inspectArrow(paths: readonly NamedPath[], directory?: DirectoryContent): ArrowContent {
  const { groups, faults } = openAll(paths);
  const tables = groups.map(({ names, files }) => {
    try {
      return inspectTable(names, files);
    } catch (error) {
      // Headers that do not match the content make apache-arrow throw all kinds of errors.
      faults.push({ file: names.join(', '), reason: `its batches are corrupted: ${(error as Error).message}` });
      return undefined;
    }
  });
  const whole = tables.filter((table) => table !== undefined);
  return { kind: 'arrow', tables: whole, faults, ...(directory && { directory }) };
}

interface Group {
  readonly names: string[];
  readonly files: ArrowFile[];
}

/** Opens the files, and groups those with the same schema. */
function openAll(paths: readonly NamedPath[]): { groups: Group[]; faults: { file: string; reason: string }[] } {
  const faults: { file: string; reason: string }[] = [];
  const groups: Group[] = [];
  for (const { name, path } of paths) {
    const opened = openArrow(path);
    if (!opened.ok) {
      faults.push({ file: name, reason: opened.failure.map(({ message }) => message).join('; ') });
      continue;
    }
    const file = opened.value;
    if (file.cutShort) faults.push({ file: name, reason: 'it ends in the middle of a batch' });
    const group = groups.find(({ files: [first] }) => first && util.compareSchemas(first.schema, file.schema));
    group?.names.push(name);
    group?.files.push(file);
    if (group === undefined) groups.push({ names: [name], files: [file] });
  }
  return { groups, faults };
}

function inspectTable(names: readonly string[], files: readonly ArrowFile[]): ArrowTable {
  const [first] = files;
  if (first === undefined) throw new Error('a table has at least one file');
  const { schema, form } = first;
  const batches = files.flatMap((file) => file.batches);
  const compression = batches.map(({ header }) => header.compression).find((found) => found !== null);
  const nulls = countNulls(files);
  const values = compression === undefined ? firstValues(files) : [];
  return {
    form,
    files: names,
    bytes: files.reduce((sum, file) => sum + file.bytes, 0),
    rows: batches.reduce((sum, { header }) => sum + header.length, 0),
    batches: batches.length,
    ...(compression && { compression: CompressionType[compression.type] ?? 'unknown' }),
    metadata: Object.fromEntries(schema.metadata),
    columns: schema.fields.map((field, index) =>
      inspectColumn(
        field,
        nulls[index] ?? 0,
        compression === undefined ? rangeOf(files, index) : undefined,
        compression === undefined ? valuesOf(files, index) : undefined,
        values[index],
      ),
    ),
  };
}

function inspectColumn(
  field: Field,
  nulls: number,
  range: Range | undefined,
  values: readonly ValueCount[] | undefined,
  first: readonly Json[] | undefined,
): ArrowColumn {
  const extension = extensionOf(field);
  return {
    name: field.name,
    type: typeName(field),
    nullable: field.nullable,
    ...(extension !== undefined && { extension }),
    metadata: ownMetadata(field),
    nulls,
    ...(range && { range }),
    ...(values && { values }),
    ...(first && { first }),
  };
}

/** Returns the values of the first rows, by column. */
function firstValues(files: readonly ArrowFile[]): (readonly Json[] | undefined)[] {
  const file = files.find(({ batches }) => batches.some(({ header }) => header.length > 0));
  const batch = file?.batches.find(({ header }) => header.length > 0);
  if (file === undefined || batch === undefined) return [];
  const reader = new ColumnReader(file);
  const parts = partsOf(batch.header, file.schema.fields);
  return file.schema.fields.map((field, index) => {
    const { type } = field;
    const part = parts[index];
    const isLong = tensorShape(field) !== undefined || (DataType.isFixedSizeList(type) && type.listSize > SHOWN_LIST);
    if (part === undefined || isLong || bytesOf(part) > SHOWN_BYTES) return undefined;
    const vector = reader.read(batch, index);
    return [...Array(Math.min(SHOWN_ROWS, vector.length)).keys()].map((row) => toJson(vector.get(row), type));
  });
}
