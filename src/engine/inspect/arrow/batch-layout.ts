import { DataType, type Field, UnionMode } from 'apache-arrow';
import type { BufferRegion, FieldNode, RecordBatch } from 'apache-arrow/ipc/metadata/message';

/** What a batch's header says about one column. */
export interface ColumnPart {
  readonly nodes: readonly FieldNode[];
  /** Offsets are relative to the body of the batch. */
  readonly regions: readonly BufferRegion[];
  readonly variadic: readonly number[];
}

/** Splits a batch's header by column: the format lists the parts of all columns in the order of the fields. */
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

/** Returns whether a batch's header has as many parts as these fields need. */
export function hasPartsOf(header: RecordBatch, fields: readonly Field[]): boolean {
  const expected = fields.map(({ type }) => sizeOf(type));
  const sum = (counts: readonly number[]) => counts.reduce((all, count) => all + count, 0);
  const buffers = sum(expected.map((size) => size.buffers)) + sum(header.variadicBufferCounts);
  return sum(expected.map((size) => size.nodes)) === header.nodes.length && buffers === header.buffers.length;
}

export function bytesOf({ regions }: ColumnPart): number {
  return regions.reduce((sum, { length }) => sum + length, 0);
}

/** Returns the number of nodes, buffers and variadic buffer counts that a type needs in a batch's header. */
function sizeOf(type: DataType): { nodes: number; buffers: number; views: number } {
  const own = {
    nodes: 1,
    buffers: ownBuffers(type),
    views: DataType.isUtf8View(type) || DataType.isBinaryView(type) ? 1 : 0,
  };
  // A dictionary-encoded column has indices here; its values are stored elsewhere.
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
