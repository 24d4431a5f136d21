import { join } from 'node:path';
import { lineWidth, type View } from '../../shared/extensions/view.ts';
import type { Viewer } from '../../shared/extensions/viewer.ts';
import type { FoundFile } from '../../shared/files.ts';
import { parseJsonFile } from '../../shared/parse-json.ts';
import { plural } from '../../shared/text/format.ts';
import { cut, cutMiddle, oneLine } from '../../shared/text/table.ts';

const FILE_NAME = 'quarantine.json';
const MAX_SHOWN = 10;

/** An image that a stage quarantined. */
interface QuarantinedImage {
  readonly file: string;
  readonly reason: string;
}

/** Adds the quarantined images to the description of a directory of shards. */
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

/** Returns the images in a directory's `quarantine.json`: `{"images": [{"file": …, "reason": …}]}`. */
function readQuarantine(directory: string, found: readonly FoundFile[]): readonly QuarantinedImage[] | undefined {
  const list = found.find(({ path }) => path === FILE_NAME);
  const value = list && parseJsonFile(join(directory, FILE_NAME), 'shownJson')?.value;
  const images = typeof value === 'object' && value !== null && 'images' in value ? value['images'] : undefined;
  return Array.isArray(images) && images.every(isQuarantinedImage)
    ? (images as readonly unknown[] as QuarantinedImage[])
    : undefined;
}

/** Returns no lines if no image is quarantined. */
function describeQuarantine(images: readonly QuarantinedImage[], view: View): string[] {
  if (images.length === 0) return [];
  const shown = images.slice(0, view.full ? images.length : MAX_SHOWN);
  const hidden = images.length - shown.length;
  return [
    `${view.paint('red', '✗')} ${plural(images.length, 'quarantined image')} (${FILE_NAME})`,
    ...shown.map(({ file, reason }) => cut(`  ${cutMiddle(oneLine(file), 32)}: ${oneLine(reason)}`, lineWidth(view))),
    ...(hidden > 0 ? [`  … ${hidden} more`] : []),
  ];
}

function isQuarantinedImage(value: unknown): boolean {
  const { file, reason } = (value ?? {}) as Partial<QuarantinedImage>;
  return typeof file === 'string' && typeof reason === 'string';
}
