import { join } from 'node:path';
import type { Viewed, Viewer } from '../../../shared/extensions/viewer.ts';
import { arrowFilesOf } from '../../../shared/files.ts';
import { looksLikeArrow } from '../../../shared/media-type.ts';
import { describeDirectory, inspectDirectory } from '../directory.ts';
import type { NamedPath } from './arrow.ts';
import { describeArrow } from './describe.ts';

/** Accepts Arrow files and streams, and directories that contain such files. */
export const arrowViewer: Viewer = {
  async inspect(viewed) {
    const paths = arrowPathsOf(viewed);
    if (paths.length === 0) return undefined;
    const directory = viewed.kind === 'directory' ? inspectDirectory(viewed.files) : undefined;
    const { inspectArrow } = await import('./arrow.ts');
    const content = inspectArrow(paths, directory);
    return {
      content,
      describe: (view) => describeArrow(content, view),
      ...(directory && { listFiles: (view) => ['', ...describeDirectory(directory, view)] }),
    };
  },
};

function arrowPathsOf({ kind, path, name, head, files }: Viewed): NamedPath[] {
  if (kind === 'file') return looksLikeArrow(head) ? [{ name, path }] : [];
  return arrowFilesOf(path, files).map((file) => ({ name: file.path, path: join(path, file.path) }));
}
