import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describeInspection, type Inspection, inspectContent } from '../../../src/engine/inspect/inspect.ts';
import type { View } from '../../../src/shared/extensions/view.ts';
import { temporaryFolder } from '../../support/dataset.ts';

/** A terminal of 60 columns without colours. */
const NARROW: View = { width: 60, full: false, paint: (_format, text) => text };

/** What is found at a path, and the lines that tell it. */
export async function look(path: string, view: Partial<View> = {}): Promise<{ found: Inspection; lines: string[] }> {
  const found = await inspectContent(path, basename(path));
  return { found, lines: describeInspection(found, { ...NARROW, ...view }) };
}

/** A file of this name with this content. */
export function fileOf(name: string, content: string | Uint8Array): string {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, content);
  return path;
}
