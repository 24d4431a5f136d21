import type { Viewer } from '../../shared/extensions/viewer.ts';
import { bytes } from '../../shared/text/format.ts';

export interface NumpyContent {
  readonly kind: 'numpy';
  readonly bytes: number;
  /** In the notation of NumPy: `<f4`. */
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly order: 'C' | 'Fortran';
}

export const numpyViewer: Viewer = {
  async inspect({ head, bytes: size }) {
    const content = inspectNumpy(head, size);
    return content && { content, describe: () => describeNumpy(content) };
  },
};

function inspectNumpy(head: Uint8Array, size: number): NumpyContent | undefined {
  const header = readNumpyHeader(head);
  if (header === undefined) return undefined;
  const { start: _, ...layout } = header;
  return { kind: 'numpy', bytes: size, ...layout };
}

interface NumpyHeader extends Pick<NumpyContent, 'dtype' | 'shape' | 'order'> {
  /** The offset of the first value. */
  readonly start: number;
}

/** Reads the header of a `.npy` file. Returns undefined for any other file. */
export function readNumpyHeader(head: Uint8Array): NumpyHeader | undefined {
  const buffer = Buffer.from(head.buffer, head.byteOffset, head.byteLength);
  if (buffer.byteLength < 12 || buffer.subarray(0, 6).toString('latin1') !== '\x93NUMPY') return undefined;
  const [start, length] = buffer[6] === 1 ? [10, buffer.readUInt16LE(8)] : [12, buffer.readUInt32LE(8)];
  const header = buffer.subarray(start, start + length).toString('latin1');
  const [, dtype] = /'descr': *'([^']+)'/.exec(header) ?? [];
  const [, shape] = /'shape': *\(([^)]*)\)/.exec(header) ?? [];
  if (dtype === undefined || shape === undefined) return undefined;
  return {
    start: start + length,
    dtype,
    shape: shape.split(',').flatMap((part) => (part.trim() === '' ? [] : Number(part))),
    order: /'fortran_order': *True/.test(header) ? 'Fortran' : 'C',
  };
}

function describeNumpy({ bytes: size, dtype, shape, order }: NumpyContent): string[] {
  const layout = order === 'C' ? [] : ['Fortran order'];
  return [[`NumPy array ${dtype} [${shape.join(', ')}]`, ...layout, bytes(size)].join(', ')];
}
