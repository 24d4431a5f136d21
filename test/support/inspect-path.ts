import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describeInspection, inspectContent } from '../../src/engine/inspect/registry.ts';
import type { View } from '../../src/shared/extensions/view.ts';
import type { Inspection, Viewer } from '../../src/shared/extensions/viewer.ts';
import { temporaryFolder } from './dataset.ts';

/** A terminal of 60 columns without colours. */
const NARROW: View = { width: 60, full: false, paint: (_format, text) => text };

interface InspectOptions extends Partial<View> {
  /** Registered before the engine's own viewers. */
  readonly viewers?: readonly Viewer[];
}

/** Returns what `pipeline inspect` finds at a path, as data and as lines. */
export async function inspectPath(
  path: string,
  { viewers = [], ...view }: InspectOptions = {},
): Promise<{ content: Inspection['content']; lines: string[] }> {
  const found = await inspectContent(path, basename(path), viewers);
  return { content: found.content, lines: describeInspection(found, { ...NARROW, ...view }) };
}

/** Creates a temporary file with this name and content. Returns its path. */
export function fileOf(name: string, content: string | Uint8Array): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}
