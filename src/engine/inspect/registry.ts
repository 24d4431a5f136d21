import type { View } from '../../shared/extensions/view.ts';
import type { Inspection, Viewed, Viewer } from '../../shared/extensions/viewer.ts';
import { arrowViewer } from './arrow/viewer.ts';
import { binaryViewer } from './binary.ts';
import { csvViewer } from './csv.ts';
import { directoryViewer } from './directory.ts';
import { imagesViewer } from './images.ts';
import { jsonViewer } from './json.ts';
import { numpyViewer } from './numpy.ts';
import { textViewer } from './text.ts';
import { viewedAt } from './viewed.ts';

/** From the particular to the general: each takes what the ones before it left. */
const OWN_VIEWERS: readonly Viewer[] = [
  imagesViewer,
  numpyViewer,
  arrowViewer,
  directoryViewer,
  csvViewer,
  jsonViewer,
  textViewer,
  binaryViewer,
];

/**
 * Looks into a file or directory.
 *
 * @param name how the stage called it: content in the cache has no extension.
 * @param registered viewers that are asked before the engine's own.
 */
export function inspectContent(path: string, name: string, registered: readonly Viewer[]): Promise<Inspection> {
  return ask([...registered, ...OWN_VIEWERS], viewedAt(path, name));
}

/** Returns all lines that people read. */
export function describeInspection({ describe, listFiles }: Inspection, view: View): string[] {
  return [...describe(view), ...(listFiles?.(view) ?? [])];
}

async function ask([viewer, ...rest]: readonly Viewer[], viewed: Viewed): Promise<Inspection> {
  if (viewer === undefined) throw new Error(`no viewer takes ${viewed.path}: the last ones must take everything`);
  let asked: Promise<Inspection> | undefined;
  const others = () => {
    asked ??= ask(rest, viewed);
    return asked;
  };
  return (await viewer.inspect(viewed, others)) ?? others();
}
