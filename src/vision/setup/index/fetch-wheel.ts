import { fileURLToPath } from 'node:url';
import type { SetupProgress } from '../../../shared/extensions/setup-step.ts';
import { problem, type Result, success } from '../../../shared/problem.ts';
import { download } from '../../download/download.ts';
import { digestOf } from '../../download/pinned-file.ts';
import type { PackageIndex } from './package-index.ts';
import type { IndexedFile } from './simple-index.ts';

interface FetchOptions {
  readonly index: Pick<PackageIndex, 'fetch'>;
  /** Where wheels are kept. What an earlier, interrupted download got is resumed. */
  readonly directory: string;
  /** What is shown while it is downloaded. */
  readonly label: string;
  readonly progress: SetupProgress;
}

/** Downloads a wheel, resuming what an interrupted download got, checks its SHA-256, and returns its path. */
export async function fetchWheel(
  { filename, url, sha256 }: IndexedFile,
  { index, directory, label, progress }: FetchOptions,
): Promise<Result<string>> {
  if (url.startsWith('file:')) {
    const path = fileURLToPath(url);
    if (sha256 === undefined || (await digestOf(path, 'sha256')).hex === sha256) return success(path);
    return problem(`${path} is another file than expected: its SHA-256 is not ${sha256}.`, {
      advice: 'Delete it, and run `npx pipeline setup` again.',
    });
  }
  if (sha256 === undefined) {
    return problem(`The Python package index gives no SHA-256 for ${filename}, so it cannot be checked.`, {
      advice: 'Name an index that gives digests in PIP_INDEX_URL, such as https://pypi.org/simple.',
    });
  }
  return download(
    { url, digest: { algorithm: 'sha256', hex: sha256 } },
    {
      directory,
      fetch: index.fetch,
      otherwise: 'Check the network and the proxy (HTTPS_PROXY), then run `npx pipeline setup` again: it resumes.',
      signal: new AbortController().signal,
      // What is said at the start is the label itself.
      log: (message) => progress.begin(/^waiting|again/.test(message) ? `${label}: ${message}` : label),
      progress: ({ done, total }) => progress.update(done, total ?? 0),
    },
  );
}
