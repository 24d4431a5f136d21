import { DataType, Field, UnionMode, Vector } from 'apache-arrow';
import {
  BufferRegion,
  type DictionaryBatch,
  type FieldNode,
  type RecordBatch,
} from 'apache-arrow/ipc/metadata/message';
import { VectorLoader } from 'apache-arrow/visitor/vectorloader';
import type { ArrowFile, Batch } from './file.ts';

/** What a batch's header says of one column. */
export interface ColumnPart {
  readonly nodes: readonly FieldNode[];
  /** Offsets count from the batch's body. */
  readonly regions: readonly BufferRegion[];
  readonly variadic: readonly number[];
}

/** The parts of a batch's header by column: the format lists them all in one row, in the order of the fields. */
export function partsOf(header: RecordBatch, fields: readonly Field[]): ColumnPart[] {
  let node = 0;
  let region = 0;
  let view = 0;
  return fields.map(({ type }) => {
    const { nodes, buffers, views } = sizeOf(type);
    const variadic = header.variadicBufferCounts.slice(view, view + views);
    const regions = buffers + variadic.reduce((sum, count) => sum + count, 0);
    const part = {
      nodes: header.nodes.slice(node, node + nodes),
      regions: header.buffers.slice(region, region + regions),
      variadic,
    };
    node += nodes;
    region += regions;
    view += views;
    return part;
  });
}

/** Whether a batch's header lists as much as these fields take. */
export function hasPartsOf(header: RecordBatch, fields: readonly Field[]): boolean {
  const expected = fields.map(({ type }) => sizeOf(type));
  const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0);
  const buffers = sum(expected.map((size) => size.buffers)) + sum(header.variadicBufferCounts);
  return sum(expected.map((size) => size.nodes)) === header.nodes.length && buffers === header.buffers.length;
}

export function bytesOf({ regions }: ColumnPart): number {
  return regions.reduce((sum, { length }) => sum + length, 0);
}

/** Reads columns, without those between them. */
export class ColumnReader {
  readonly #file: ArrowFile;
  #dictionaries: Map<number, Vector> | undefined;

  constructor(file: ArrowFile) {
    this.#file = file;
  }

  /** The column at `index` of a batch. */
  read({ header, body }: Batch, index: number): Vector {
    const { fields } = this.#file.schema;
    const [field, part] = [fields[index], partsOf(header, fields)[index]];
    if (field === undefined || part === undefined) throw new RangeError(`there is no column ${index}`);
    return this.#load(field, part, body);
  }

  #load(field: Field, { nodes, regions, variadic }: ColumnPart, body: number): Vector {
    const bytes = new Uint8Array(regions.reduce((sum, { length }) => sum + aligned(length), 0));
    let end = 0;
    const moved = regions.map(({ offset, length }) => {
      const start = end;
      bytes.set(this.#file.read(body + offset, length), start);
      end += aligned(length);
      return new BufferRegion(start, length);
    });
    const loader = new VectorLoader(bytes, [...nodes], moved, this.#readDictionaries(), undefined, [...variadic]);
    return new Vector([loader.visit(field)]);
  }

  #readDictionaries(): Map<number, Vector> {
    if (this.#dictionaries !== undefined) return this.#dictionaries;
    const found = new Map<number, Vector>();
    // Known before it is full: the values of a dictionary may themselves be encoded by an earlier one.
    this.#dictionaries = found;
    const types = new Map(dictionaryTypes(this.#file.schema.fields));
    for (const { header, body } of this.#file.dictionaries) {
      const type = types.get(header.id);
      if (type === undefined) continue;
      const field = new Field('', type);
      const values = this.#load(field, partOfDictionary(header, field), body);
      const before = header.isDelta ? found.get(header.id) : undefined;
      found.set(header.id, before?.concat(values) ?? values);
    }
    return found;
  }
}

function partOfDictionary({ data }: DictionaryBatch, field: Field): ColumnPart {
  const [part] = partsOf(data, [field]);
  if (part === undefined) throw new Error('a dictionary of one column has one part');
  return part;
}

function dictionaryTypes(fields: readonly Field[]): [number, DataType][] {
  return fields.flatMap(({ type }): [number, DataType][] =>
    DataType.isDictionary(type) ? [[type.id, type.dictionary]] : dictionaryTypes(type.children ?? []),
  );
}

/** How many nodes, buffers and counts of further buffers a type takes in a batch's header. */
function sizeOf(type: DataType): { nodes: number; buffers: number; views: number } {
  const own = {
    nodes: 1,
    buffers: ownBuffers(type),
    views: DataType.isUtf8View(type) || DataType.isBinaryView(type) ? 1 : 0,
  };
  // A dictionary-encoded column holds indices; its values lie elsewhere.
  if (DataType.isDictionary(type)) return own;
  for (const child of type.children ?? []) {
    const inner = sizeOf(child.type);
    own.nodes += inner.nodes;
    own.buffers += inner.buffers;
    own.views += inner.views;
  }
  return own;
}

function ownBuffers(type: DataType): number {
  if (DataType.isNull(type)) return 0;
  if (DataType.isStruct(type) || DataType.isFixedSizeList(type)) return 1;
  if (DataType.isUnion(type)) return type.mode === UnionMode.Sparse ? 1 : 2;
  if (DataType.isUtf8(type) || DataType.isBinary(type)) return 3;
  if (DataType.isLargeUtf8(type) || DataType.isLargeBinary(type)) return 3;
  return 2;
}

function aligned(length: number): number {
  return Math.ceil(length / 64) * 64;
}
