import { join } from 'node:path';
import { lineWidth, type View } from '../../shared/extensions/view.ts';
import type { Viewer } from '../../shared/extensions/viewer.ts';
import type { FoundFile } from '../../shared/files.ts';
import { parseJsonFile } from '../../shared/parse-json.ts';
import { plural } from '../../shared/text/format.ts';
import { cut, cutMiddle, oneLine } from '../../shared/text/table.ts';

const FILE_NAME = 'quarantine.json';
const SHOWN = 10;

/** An image that a stage put aside. */
interface PutAside {
  readonly file: string;
  readonly reason: string;
}

/** Adds to what is said of shards which images are in none of them. */
export const quarantineViewer: Viewer = {
  async inspect({ path, files }, others) {
    const quarantine = readQuarantine(path, files);
    if (quarantine === undefined) return undefined;
    const found = await others();
    if (found.content.kind !== 'arrow') return found;
    const content = { ...found.content, quarantine };
    return {
      ...found,
      content,
      describe: (view) => [...found.describe(view), ...describeQuarantine(quarantine, view)],
    };
  },
};

/** What `quarantine.json` in a directory lists: `{"images": [{"file": …, "reason": …}]}`. */
function readQuarantine(directory: string, found: readonly FoundFile[]): readonly PutAside[] | undefined {
  const list = found.find(({ path }) => path === FILE_NAME);
  const value = list && parseJsonFile(join(directory, FILE_NAME), list.bytes)?.value;
  const images = typeof value === 'object' && value !== null && 'images' in value ? value['images'] : undefined;
  return Array.isArray(images) && images.every(isPutAside) ? (images as readonly unknown[] as PutAside[]) : undefined;
}

/** Nothing where nothing was put aside. */
function describeQuarantine(images: readonly PutAside[], view: View): string[] {
  if (images.length === 0) return [];
  const shown = images.slice(0, view.full ? images.length : SHOWN);
  const left = images.length - shown.length;
  return [
    `${view.paint('red', '✗')} ${plural(images.length, 'image')} put aside (${FILE_NAME})`,
    ...shown.map(({ file, reason }) => cut(`  ${cutMiddle(oneLine(file), 32)}: ${oneLine(reason)}`, lineWidth(view))),
    ...(left > 0 ? [`  … ${left} more`] : []),
  ];
}

function isPutAside(value: unknown): boolean {
  const { file, reason } = (value ?? {}) as Partial<PutAside>;
  return typeof file === 'string' && typeof reason === 'string';
}
