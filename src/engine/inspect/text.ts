import { createReadStream } from 'node:fs';
import { lineWidth, type View } from '../../shared/extensions/view.ts';
import type { Viewer } from '../../shared/extensions/viewer.ts';
import { readFrom } from '../../shared/files.ts';
import { extensionOf } from '../../shared/media-type.ts';
import { SIZE_LIMITS } from '../../shared/read-file.ts';
import { bytes, count, plural } from '../../shared/text/format.ts';
import { cut, oneLine } from '../../shared/text/table.ts';

const HEAD_BYTES = 64_000;
const SHOWN_LINES = 10;

export interface TextContent {
  readonly kind: 'text';
  readonly bytes: number;
  readonly lines: number;
  /** The format that the file name promises, if the content is not valid in it. */
  readonly invalid?: 'JSON';
  /** The first lines of the text. */
  readonly first: readonly string[];
}

export const textViewer: Viewer = {
  async inspect({ kind, path, name, bytes: size, head }) {
    if (kind !== 'file' || decodeText(head) === undefined) return undefined;
    // Valid JSON is accepted by its own viewer before.
    const isInvalid = extensionOf(name) === 'json' && size <= SIZE_LIMITS.shownJson;
    const content = { ...(await inspectText(path, size)), ...(isInvalid && { invalid: 'JSON' as const }) };
    return { content, describe: (view) => describeText(content, view) };
  },
};

/** Returns whether a file is a table of values, by its name. */
export function isTable(name: string): boolean {
  return ['csv', 'tsv'].includes(extensionOf(name));
}

/** Decodes the beginning of a text. Returns undefined if the bytes are not text. */
export function decodeText(head: Uint8Array): string | undefined {
  if (head.includes(0)) return undefined;
  try {
    // In streaming mode, because the last character may be truncated.
    return new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
  } catch {
    return undefined;
  }
}

async function inspectText(path: string, size: number): Promise<TextContent> {
  const head = decodeText(readFrom(path, 0, HEAD_BYTES)) ?? '';
  const lines = head.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return { kind: 'text', bytes: size, lines: await countLines(path), first: lines.slice(0, 100) };
}

function describeText({ bytes: size, lines, first, invalid }: TextContent, view: View): string[] {
  const shown = view.full ? first : first.slice(0, SHOWN_LINES);
  const more = lines > shown.length ? [`  … ${count(lines - shown.length)} more lines`] : [];
  return [
    `${invalid === undefined ? 'text' : `invalid ${invalid}, shown as text`}, ${plural(lines, 'line')}, ${bytes(size)}`,
    ...shown.map((line) => cut(`  ${oneLine(line.replaceAll('\t', '  '))}`, lineWidth(view))),
    ...more,
  ];
}

/** Counts the lines of a file of any size. The last one may lack its line break. */
async function countLines(path: string): Promise<number> {
  let lines = 0;
  let last = 10;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    for (let at = chunk.indexOf(10); at >= 0; at = chunk.indexOf(10, at + 1)) lines += 1;
    last = chunk.at(-1) ?? last;
  }
  return last === 10 ? lines : lines + 1;
}
