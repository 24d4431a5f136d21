import type { Viewer } from '../../shared/extensions/viewer.ts';
import { bytes } from '../../shared/text/format.ts';

interface BinaryContent {
  readonly kind: 'binary';
  readonly bytes: number;
}

/** Accepts any file, and shows only its size. */
export const binaryViewer: Viewer = {
  async inspect({ kind, bytes: size }) {
    if (kind !== 'file') return undefined;
    const content: BinaryContent = { kind: 'binary', bytes: size };
    return { content, describe: () => [`binary, ${bytes(size)}`] };
  },
};
