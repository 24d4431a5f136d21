import type { Plugin } from 'esbuild';
import { withFile } from '../../shared/read-file.ts';

let stopped = false;

/** Ends all bundling, which may be waiting for a file for ever. What is being bundled fails. */
export async function stopBundling(): Promise<void> {
  stopped = true;
  await (await import('esbuild')).stop();
}

/** Returns whether bundling was ended. */
export function isBundlingStopped(): boolean {
  return stopped;
}

/** Refuses pipes, devices and files of any size, which esbuild would read for ever. */
export const regularFilesOnly: Plugin = {
  name: 'regular-files-only',
  setup(build) {
    build.onLoad({ filter: /.*/ }, ({ path }) => {
      const found = withFile(path, 'module', () => undefined, 'follow');
      if (found.ok || found.failure.kind === 'missing') return undefined;
      return { errors: [{ text: `cannot read ${path}: ${found.failure.reason}` }] };
    });
  },
};
