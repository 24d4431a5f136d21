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

/** From the most specific to the most general: the first viewer that accepts an artifact shows it. */
const BUILT_IN_VIEWERS: readonly Viewer[] = [
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
 * Inspects a file or directory.
 *
 * @param name the file name that the stage declares, because content in the cache has no extension.
 * @param registered viewers that take precedence over those of the engine.
 */
export function inspectContent(path: string, name: string, registered: readonly Viewer[]): Promise<Inspection> {
  return ask([...registered, ...BUILT_IN_VIEWERS], viewedAt(path, name));
}

/** Returns the description of an artifact, line by line. */
export function describeInspection({ describe, listFiles }: Inspection, view: View): string[] {
  return [...describe(view), ...(listFiles?.(view) ?? [])];
}

async function ask([viewer, ...rest]: readonly Viewer[], viewed: Viewed): Promise<Inspection> {
  if (viewer === undefined) throw new Error(`no viewer accepts ${viewed.path}: the last ones must accept everything`);
  let asked: Promise<Inspection> | undefined;
  const others = () => {
    asked ??= ask(rest, viewed);
    return asked;
  };
  return (await viewer.inspect(viewed, others)) ?? others();
}
