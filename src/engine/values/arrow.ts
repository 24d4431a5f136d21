import { DataType, Vector } from 'apache-arrow';
import type { FileValues, NumberGroup, ValueReader } from '../../shared/extensions/values.ts';
import { looksLikeArrow } from '../../shared/media-type.ts';
import { SIZE_LIMITS } from '../../shared/read-file.ts';
import { ColumnReader } from '../inspect/arrow/columns.ts';
import { type ArrowFile, openArrow } from '../inspect/arrow/file.ts';
import { toJson } from '../inspect/arrow/values.ts';

/** Arrow files and streams: the numbers of a column form a group, those of its lists and tensors included. */
export const arrowValues: ValueReader = {
  async read({ path, head }) {
    if (!looksLikeArrow(head)) return undefined;
    const file = openArrow(path);
    if (!file.ok || file.value.bytes > SIZE_LIMITS.comparedValues) return undefined;
    if (file.value.batches.some(({ header }) => header.compression !== null)) return undefined;
    try {
      return valuesOf(file.value);
    } catch {
      // Headers that do not match the content make apache-arrow throw all kinds of errors.
      return undefined;
    }
  },
};

function valuesOf(file: ArrowFile): FileValues {
  const reader = new ColumnReader(file);
  const { schema } = file;
  const metadata = [schema, ...schema.fields].map((part) => [...part.metadata]);
  const others = new Map([['the schema', `${schema} ${JSON.stringify(metadata)}`]]);
  const numbers = schema.fields.map(({ name, type }, index): NumberGroup => {
    const column = new ColumnValues(name, type, others);
    for (const batch of file.batches) for (const value of reader.read(batch, index)) column.add(value);
    return column.group();
  });
  return { numbers, others };
}

class ColumnValues {
  readonly #name: string;
  readonly #type: DataType;
  readonly #others: Map<string, string>;
  readonly #values: number[] = [];
  /** For each row, the index of the first number after it. */
  readonly #ends: number[] = [];

  constructor(name: string, type: DataType, others: Map<string, string>) {
    this.#name = `column ${name}`;
    this.#type = type;
    this.#others = others;
  }

  /** Adds the value of the next row. */
  add(value: unknown): void {
    const place = this.#placeOfRow(this.#ends.length);
    if (!this.#addNumbers(value)) this.#others.set(place, textOf(value, this.#type));
    else if (value instanceof Vector) this.#others.set(place, `a list of ${value.length}`);
    this.#ends.push(this.#values.length);
  }

  group(): NumberGroup {
    return {
      name: this.#name,
      values: this.#values,
      placeOf: (index) => this.#placeOfRow(this.#ends.findIndex((end) => index < end)),
    };
  }

  #placeOfRow(row: number): string {
    return `row ${row + 1}, ${this.#name}`;
  }

  /** Returns false if the value is no number and no list of numbers. */
  #addNumbers(value: unknown): boolean {
    if (typeof value === 'number' || typeof value === 'bigint') {
      this.#values.push(Number(value));
      return true;
    }
    if (!(value instanceof Vector) || !isNumeric(value.type)) return false;
    for (const item of value) this.#values.push(item === null ? Number.NaN : Number(item));
    return true;
  }
}

function isNumeric(type: DataType): boolean {
  return DataType.isInt(type) || DataType.isFloat(type);
}

function textOf(value: unknown, type: DataType): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return JSON.stringify(
    value instanceof Vector ? [...value].map((item) => toJson(item, value.type)) : toJson(value, type),
  );
}
