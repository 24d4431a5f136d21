import { DataType, Field, Vector } from 'apache-arrow';
import { BufferRegion, type DictionaryBatch } from 'apache-arrow/ipc/metadata/message';
import { VectorLoader } from 'apache-arrow/visitor/vectorloader';
import { type ColumnPart, partsOf } from './batch-layout.ts';
import type { ArrowFile, Batch } from './file.ts';

/** Reads single columns of a file, without the others. */
export class ColumnReader {
  readonly #file: ArrowFile;
  #dictionaries: Map<number, Vector> | undefined;

  constructor(file: ArrowFile) {
    this.#file = file;
  }

  /** Reads the column at `index` of a batch. */
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
    // Registered before it is filled, because its values may be encoded by an earlier dictionary.
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

function aligned(length: number): number {
  return Math.ceil(length / 64) * 64;
}
