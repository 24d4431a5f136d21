import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { failure, type Problem, type Result, success } from '../../../shared/problem.ts';
import { describeError } from '../../download/transfer.ts';
import { type Fetch, withoutCredentials } from './connections.ts';
import type { PipSettings } from './pip-settings.ts';
import { ACCEPT, type IndexedFile, pageOf, parsePage } from './simple-index.ts';

const TIMEOUT_MILLISECONDS = 60_000;

/** The places that pip would search for packages, as one. */
export interface PackageIndex {
  /** How messages name them. */
  readonly places: readonly string[];
  readonly fetch: Fetch;
  /**
   * Returns the files of a distribution, those of the first place first. A place that cannot be read is a problem only if
   * no other has any.
   */
  filesOf(distribution: string): Promise<Result<readonly IndexedFile[]>>;
}

export function openPackageIndex({ indexes, findLinks }: PipSettings, fetch: Fetch): PackageIndex {
  const folders = findLinks.flatMap(folderOf);
  return {
    places: [...folders, ...indexes.map(withoutCredentials)],
    fetch,
    async filesOf(distribution) {
      const files: IndexedFile[] = folders.flatMap(filesIn);
      const problems: Problem[] = [];
      for (const index of indexes) {
        const page = await readPage(pageOf(index, distribution), fetch);
        if (page.ok) files.push(...page.value);
        else problems.push(...page.failure);
      }
      return files.length === 0 && problems.length > 0 ? failure(problems) : success(files);
    },
  };
}

async function readPage(address: string, fetch: Fetch): Promise<Result<readonly IndexedFile[]>> {
  const shown = withoutCredentials(address);
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
    const response = await fetch(address, { headers: { accept: ACCEPT }, signal });
    if (response.status === 404) {
      await response.body?.cancel();
      return success([]);
    }
    if (!response.ok) {
      await response.body?.cancel();
      return unreadable(shown, `the server answered ${response.status} ${response.statusText}`.trimEnd());
    }
    return success(parsePage(await response.text(), response.headers.get('content-type') ?? '', response.url || shown));
  } catch (error) {
    return unreadable(shown, describeError(error));
  }
}

function unreadable(address: string, reason: string): Result<never> {
  return failure([
    {
      message: `The Python package index cannot be read: ${address}: ${reason}`,
      advice:
        'Check the network, the proxy (HTTPS_PROXY) and the index (PIP_INDEX_URL, or `index-url` in the configuration ' +
        'of pip), then run `npx pipeline setup` again.',
    },
  ]);
}

/** A folder of `find-links`. A page on the web that lists packages is not searched. */
function folderOf(place: string): readonly string[] {
  if (place.startsWith('file:')) return [fileURLToPath(place)];
  return /^\w+:\/\//.test(place) ? [] : [place];
}

function filesIn(folder: string): readonly IndexedFile[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.whl'));
    return names.map((filename) => ({ filename, url: pathToFileURL(join(folder, filename)).href, yanked: false }));
  } catch {
    return [];
  }
}
