import { lineWidth, type View } from '../../shared/extensions/view.ts';
import type { Viewer } from '../../shared/extensions/viewer.ts';
import type { FoundFile } from '../../shared/files.ts';
import { extensionOf } from '../../shared/media-type.ts';
import { bytes, count, plural } from '../../shared/text/format.ts';
import { cutMiddle, displayWidth, oneLine, pad } from '../../shared/text/table.ts';

const SHOWN_ENTRIES = 10;
const SHOWN_DEPTH = 2;

export interface DirectoryContent {
  readonly kind: 'directory';
  readonly files: number;
  readonly bytes: number;
  readonly byExtension: readonly { readonly extension: string; readonly files: number; readonly bytes: number }[];
  readonly tree: TreeNode;
}

interface TreeNode {
  readonly name: string;
  readonly files: number;
  readonly bytes: number;
  /** Undefined for a file. */
  readonly entries?: readonly TreeNode[];
}

/** Accepts any directory. */
export const directoryViewer: Viewer = {
  async inspect({ kind, files }) {
    if (kind !== 'directory') return undefined;
    const content = inspectDirectory(files);
    return { content, describe: (view) => describeDirectory(content, view) };
  },
};

export function inspectDirectory(found: readonly FoundFile[]): DirectoryContent {
  const tree = toTree('', found);
  return { kind: 'directory', files: found.length, bytes: tree.bytes, byExtension: byExtension(found), tree };
}

/** Describes the files of a directory by extension, and as a tree with sizes. */
export function describeDirectory(
  { files, bytes: size, byExtension: kinds, tree }: DirectoryContent,
  view: View,
): string[] {
  const rows = treeRows(tree, '  ', view.full);
  const names = Math.min(Math.max(0, ...rows.map(([name]) => displayWidth(name))), lineWidth(view) - 10);
  return [
    `directory, ${plural(files, 'file')}, ${bytes(size)}`,
    ...(kinds.length < 2 ? [] : [kindsLine(kinds)]),
    ...rows.map(([name, right]) => `${pad(cutMiddle(name, names), names)}  ${right}`.trimEnd()),
  ];
}

function kindsLine(kinds: DirectoryContent['byExtension']): string {
  const shown = kinds
    .slice(0, 4)
    .map(({ extension, files }) => `${count(files)} ${extension || 'without an extension'}`);
  const more = kinds.length > 4 ? [`${kinds.length - 4} more extensions`] : [];
  return `  ${[...shown, ...more].join(', ')}`;
}

function treeRows({ entries = [] }: TreeNode, indent: string, full: boolean, depth = 1): [string, string][] {
  const shown = full || entries.length <= SHOWN_ENTRIES + 1 ? entries : entries.slice(0, SHOWN_ENTRIES);
  const rows = shown.flatMap((entry): [string, string][] => {
    if (entry.entries === undefined) return [[`${indent}${oneLine(entry.name)}`, bytes(entry.bytes).padStart(7)]];
    const right = `${bytes(entry.bytes).padStart(7)}  ${plural(entry.files, 'file')}`;
    const inner = full || depth < SHOWN_DEPTH ? treeRows(entry, `${indent}  `, full, depth + 1) : [];
    return [[`${indent}${oneLine(entry.name)}/`, right], ...inner];
  });
  const left = entries.slice(shown.length);
  if (left.length > 0) {
    const size = bytes(left.reduce((sum, entry) => sum + entry.bytes, 0));
    rows.push([`${indent}… ${count(left.length)} more`, size.padStart(7)]);
  }
  return rows;
}

function byExtension(found: readonly FoundFile[]): DirectoryContent['byExtension'] {
  const kinds = new Map<string, { files: number; bytes: number }>();
  for (const { path, bytes: size } of found) {
    const extension = extensionOf(path);
    const kind = kinds.get(extension) ?? { files: 0, bytes: 0 };
    kind.files += 1;
    kind.bytes += size;
    kinds.set(extension, kind);
  }
  return [...kinds]
    .map(([extension, kind]) => ({ extension: extension && `.${extension}`, ...kind }))
    .sort((a, b) => b.files - a.files || (a.extension < b.extension ? -1 : 1));
}

/** Builds a tree of files. The paths in `found` are relative to this directory. */
function toTree(name: string, found: readonly FoundFile[]): TreeNode {
  const inner = new Map<string, FoundFile[]>();
  const entries: TreeNode[] = [];
  for (const { path, bytes: size } of found) {
    const slash = path.indexOf('/');
    if (slash < 0) {
      entries.push({ name: path, files: 1, bytes: size });
      continue;
    }
    const folder = path.slice(0, slash);
    const files = inner.get(folder) ?? [];
    files.push({ path: path.slice(slash + 1), bytes: size });
    inner.set(folder, files);
  }
  for (const [folder, files] of inner) entries.push(toTree(folder, files));
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return { name, files: found.length, bytes: found.reduce((sum, file) => sum + file.bytes, 0), entries };
}
