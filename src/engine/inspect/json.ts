import { lineWidth, type View } from '../../shared/extensions/view.ts';
import type { Viewer } from '../../shared/extensions/viewer.ts';
import type { Json } from '../../shared/json.ts';
import { bytes, count, plural } from '../../shared/text/format.ts';
import { cut, displayWidth, oneLine } from '../../shared/text/table.ts';

const SHOWN_LINES = 40;
const SHOWN_ENTRIES = 12;
/** A nested value that would get less than this many columns is omitted. */
const MIN_WIDTH = 10;
/** Larger values are not included in the output of `--json`. */
const MAX_JSON_BYTES = 64_000;

export interface JsonContent {
  readonly kind: 'json';
  readonly bytes: number;
  readonly shape: 'object' | 'array' | 'value';
  /** The number of keys of the object, or of values of the array. */
  readonly entries: number;
  readonly value?: Json;
}

export const jsonViewer: Viewer = {
  async inspect(viewed) {
    const parsed = viewed.json();
    if (parsed === undefined) return undefined;
    const content = inspectJson(parsed.value, viewed.bytes);
    return { content: withoutLargeValue(content), describe: (view) => describeJson(content, view) };
  },
};

function inspectJson(value: Json, size: number): JsonContent {
  const isObject = typeof value === 'object' && value !== null;
  const shape = Array.isArray(value) ? 'array' : isObject ? 'object' : 'value';
  return { kind: 'json', bytes: size, shape, entries: isObject ? Object.keys(value).length : 0, value };
}

function withoutLargeValue(found: JsonContent): JsonContent {
  const { value: _value, ...rest } = found;
  return found.bytes <= MAX_JSON_BYTES ? found : rest;
}

function describeJson({ bytes: size, shape, entries, value = null }: JsonContent, view: View): string[] {
  const counted = { object: [plural(entries, 'key')], array: [plural(entries, 'value')], value: [] }[shape];
  const lines = layOut(value, view.width - 4, view.full ? Number.POSITIVE_INFINITY : SHOWN_ENTRIES);
  const shown = view.full ? lines : lines.slice(0, SHOWN_LINES);
  const more = lines.length > shown.length ? [`  … ${count(lines.length - shown.length)} more lines`] : [];
  return [
    ['JSON', bytes(size), ...counted].join(', '),
    ...shown.map((line) => cut(`  ${line}`, lineWidth(view))),
    ...more,
  ];
}

/** Formats JSON on as few lines as fit into `width`, the first after `lead` columns. Long lists are truncated. */
function layOut(value: Json, width: number, most: number, lead = 0): string[] {
  if (typeof value !== 'object' || value === null) return [oneLine(JSON.stringify(value))];
  const isArray = Array.isArray(value);
  const entries: [string, Json][] = isArray
    ? value.map((item) => ['', item])
    : Object.entries(value).map(([key, item]) => [`${oneLine(JSON.stringify(key))}: `, item]);
  const [open, close] = isArray ? ['[', ']'] : ['{', '}'];
  if (entries.length === 0) return [open + close];
  if (width < MIN_WIDTH) return [`${open}…${close}`];
  const shown = entries.length <= most + 1 ? entries : entries.slice(0, most);
  const rest = entries.length - shown.length;
  const blocks = shown.map(([key, item], index) => {
    const lines = layOut(item, width - 2, most, displayWidth(key) + 1);
    const comma = index < shown.length - 1 || rest > 0 ? ',' : '';
    return [`${key}${lines[0]}`, ...lines.slice(1)].map((line, at, all) =>
      at === all.length - 1 ? line + comma : line,
    );
  });
  if (rest > 0) blocks.push([`… ${count(rest)} more`]);
  const space = isArray ? '' : ' ';
  const inline = `${open}${space}${blocks.map((lines) => lines.join(' ')).join(' ')}${space}${close}`;
  if (blocks.every((lines) => lines.length === 1) && lead + displayWidth(inline) <= width) return [inline];
  const isPlain = isArray && value.every((item) => typeof item !== 'object' || item === null);
  const lines = isPlain ? fill(blocks.flat(), width - 2) : blocks.flat();
  return [open, ...lines.map((line) => `  ${line}`), close];
}

/** Wraps words at `width` columns. */
function fill(words: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && displayWidth(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}
