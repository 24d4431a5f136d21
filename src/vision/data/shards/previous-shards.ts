import { type FileHandle, open } from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { flagsFor } from '../../../shared/read-file.ts';
import type { CompletedShard } from './finished-shards.ts';
import { type Quarantined, readQuarantine } from './quarantine.ts';
import type { PlannedShard } from './shard-assignment.ts';
import { type ImageEntry, readShardIndex } from './shard-index.ts';
import type { ShardImage } from './shard-writer.ts';

/** The shards of a previous result with the same params. */
export interface PreviousShards {
  /** The directory of the shards. */
  readonly directory: string;
  /** Returns the previous shard with exactly the planned images, if the content of none has changed. */
  unchanged(shard: PlannedShard): CompletedShard | undefined;
  /** Returns the previous image of a source with the same content, whatever its path was. */
  image(file: string): Promise<ShardImage | undefined>;
  close(): Promise<void>;
}

interface Place {
  readonly shard: string;
  readonly image: ImageEntry;
}

/**
 * Opens the shards of a previous result. Returns undefined if their index cannot be read.
 *
 * @param digests the current SHA-256 of the images, by path.
 */
export async function openPreviousShards(
  directory: string,
  digests: ReadonlyMap<string, string>,
): Promise<PreviousShards | undefined> {
  const [index, list] = await Promise.all([readShardIndex(directory), readQuarantine(directory)]);
  if (!index.ok || !list.ok) return undefined;
  const shards = new Map(index.value.shards.map((shard) => [shard.file, shard]));
  const quarantined = new Map(list.value.map((image) => [image.file, image]));
  const places = new Map<string, Place>();
  for (const { file: shard, images } of index.value.shards)
    for (const image of images) places.set(image.sha256, { shard, image });
  const handles = new Map<string, Promise<FileHandle>>();

  const stillQuarantined = (file: string): Quarantined | undefined => {
    const found = quarantined.get(file);
    return found !== undefined && found.sha256 !== null && found.sha256 === digests.get(file) ? found : undefined;
  };
  return {
    directory,
    unchanged({ name, files }) {
      const excluded = files.flatMap((file) => stillQuarantined(file) ?? []);
      const kept = files.filter((file) => stillQuarantined(file) === undefined);
      const shard = shards.get(name);
      const { images = [] } = shard ?? {};
      const isSame =
        kept.length === images.length &&
        images.every(({ file, sha256 }, row) => kept[row] === file && digests.get(file) === sha256);
      return isSame ? { shard, quarantined: excluded } : undefined;
    },
    async image(file) {
      const place = places.get(digests.get(file) ?? '');
      if (place === undefined) return undefined;
      const opened = handles.get(place.shard) ?? open(path.join(directory, place.shard), flagsFor('follow'));
      handles.set(place.shard, opened);
      const { offset, bytes, crc32: expected, ...source } = place.image;
      const data = await readAt(opened, offset, bytes);
      return data !== undefined && crc32(data) === expected ? { ...source, file, data } : undefined;
    },
    async close() {
      for (const opened of handles.values()) await (await opened.catch(() => undefined))?.close();
    },
  };
}

/** Returns undefined if the bytes cannot be read; the image is then decoded again. */
async function readAt(opened: Promise<FileHandle>, offset: number, bytes: number): Promise<Uint8Array | undefined> {
  try {
    const data = new Uint8Array(bytes);
    const { bytesRead } = await (await opened).read(data, 0, bytes, offset);
    return bytesRead === bytes ? data : undefined;
  } catch {
    return undefined;
  }
}
