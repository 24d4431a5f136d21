import type { ValueReader } from '../../shared/extensions/values.ts';
import { readBytes } from '../../shared/read-file.ts';
import { type NumpyContent, readNumpyHeader } from '../inspect/numpy.ts';

/** A NumPy array of numbers is one group. */
export const numpyValues: ValueReader = {
  async read({ path, head }) {
    const header = readNumpyHeader(head);
    const read = header && READERS[header.dtype];
    if (header === undefined || read === undefined) return undefined;
    const bytes = readBytes(path, 'comparedValues');
    if (!bytes.ok) return undefined;
    const data = bytes.value.subarray(header.start);
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    const values = Float64Array.from({ length: data.byteLength / read.bytes }, (_, index) => read.at(view, index));
    return { numbers: [{ name: '', values }], others: new Map([['the header', describe(header)]]) };
  },
};

interface NumberReader {
  readonly bytes: number;
  at(view: DataView, index: number): number;
}

const READERS: Readonly<Record<string, NumberReader>> = {
  '<f4': { bytes: 4, at: (view, index) => view.getFloat32(4 * index, true) },
  '<f8': { bytes: 8, at: (view, index) => view.getFloat64(8 * index, true) },
  '<i4': { bytes: 4, at: (view, index) => view.getInt32(4 * index, true) },
  '<i8': { bytes: 8, at: (view, index) => Number(view.getBigInt64(8 * index, true)) },
  '|u1': { bytes: 1, at: (view, index) => view.getUint8(index) },
};

function describe({ dtype, shape, order }: Pick<NumpyContent, 'dtype' | 'shape' | 'order'>): string {
  return `${dtype} [${shape.join(', ')}], ${order} order`;
}
