import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Progress } from '../../../src/index.ts';
import { type DownloadOptions, download } from '../../../src/vision/download/download.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { cutAfter, FileServer, hangAfter, status, whole, withoutRanges } from '../../support/file-server.ts';
import { unwrap } from '../../support/result.ts';

const CONTENT = randomBytes(300_000);
const OTHER = randomBytes(300_000);

const pinned = (content: Buffer) => ({
  algorithm: 'sha256' as const,
  hex: createHash('sha256').update(content).digest('hex'),
});

function someone(directory = temporaryFolder(), more: Partial<DownloadOptions> = {}) {
  const logged: string[] = [];
  const progress: Progress[] = [];
  const options: DownloadOptions = {
    directory,
    otherwise: 'Name a file.',
    signal: new AbortController().signal,
    log: (message) => logged.push(message),
    progress: (reached) => progress.push(reached),
    pauses: [0, 0],
    ...more,
  };
  const get = (url: string, content = CONTENT) => download({ url, digest: pinned(content) }, options);
  return { directory, logged, progress, get };
}

describe('a download', () => {
  test('is there under its digest, tells how far it is, and is not fetched again', async () => {
    const server = await FileServer.start(whole(CONTENT));
    const { directory, get, progress, logged } = someone();
    const path = unwrap(await get(server.url));
    expect(path).toBe(join(directory, `sha256-${pinned(CONTENT).hex}`, 'weights.h5'));
    expect(readFileSync(path)).toEqual(CONTENT);
    expect(progress.at(-1)).toEqual({ done: 0.3, total: 0.3, unit: 'MB' });
    expect(logged).toEqual([`downloading ${server.url}`]);

    utimesSync(path, 0, 0);
    expect(unwrap(await get(server.url))).toBe(path);
    expect(server.asked).toHaveLength(1);
    // What is in use is not old.
    expect(statSync(path).mtimeMs).toBeGreaterThan(0);
    expect(readdirSync(directory, { recursive: true }).sort()).toEqual([
      basename(dirname(path)),
      join(basename(dirname(path)), 'weights.h5'),
    ]);
  });

  test('goes on where the connection was cut', async () => {
    const server = await FileServer.start(cutAfter(100_000, CONTENT, '"1"'), whole(CONTENT, '"1"'));
    expect(readFileSync(unwrap(await someone().get(server.url)))).toEqual(CONTENT);
    const [first, second] = server.asked;
    expect(first).toEqual({ range: undefined, ifRange: undefined });
    expect(second?.ifRange).toBe('"1"');
    expect(Number(/^bytes=(\d+)-$/.exec(second?.range ?? '')?.[1])).toBeGreaterThan(0);
  });

  test('begins anew where the server can only give all of it', async () => {
    const server = await FileServer.start(cutAfter(100_000, CONTENT), withoutRanges(CONTENT));
    expect(readFileSync(unwrap(await someone().get(server.url)))).toEqual(CONTENT);
  });

  test('begins anew where the server has another file by now', async () => {
    const server = await FileServer.start(cutAfter(100_000, OTHER, '"old"'), whole(CONTENT, '"new"'));
    expect(readFileSync(unwrap(await someone().get(server.url)))).toEqual(CONTENT);
    expect(server.asked).toHaveLength(2);
  });

  test('begins anew where what was begun was of another file, and nothing but the digest tells', async () => {
    const server = await FileServer.start(cutAfter(100_000, OTHER), whole(CONTENT));
    expect(readFileSync(unwrap(await someone().get(server.url)))).toEqual(CONTENT);
    expect(server.asked.map(({ range }) => range !== undefined)).toEqual([false, true, false]);
  });

  test('begins anew where the server cannot go on at this place', async () => {
    const server = await FileServer.start(cutAfter(100_000, CONTENT), status(416), whole(CONTENT));
    expect(readFileSync(unwrap(await someone().get(server.url)))).toEqual(CONTENT);
  });

  test('of two at once is one', async () => {
    const server = await FileServer.start(whole(CONTENT));
    const directory = temporaryFolder();
    const [one, other] = [someone(directory), someone(directory)];
    const paths = await Promise.all([one.get(server.url), other.get(server.url)]);
    expect(unwrap(paths[0])).toBe(unwrap(paths[1]));
    expect(server.asked).toHaveLength(1);
  });

  test('is fetched again where what was kept is damaged', async () => {
    const server = await FileServer.start(whole(CONTENT));
    const { get } = someone();
    const path = unwrap(await get(server.url));
    writeFileSync(path, CONTENT.subarray(1));
    expect(readFileSync(unwrap(await get(server.url)))).toEqual(CONTENT);
    expect(server.asked).toHaveLength(2);
  });

  test('that is cancelled ends at once, and the next one goes on with what it has got', async () => {
    const server = await FileServer.start(hangAfter(100_000, CONTENT, '"1"'), whole(CONTENT, '"1"'));
    const cancelled = new AbortController();
    const progress = () => cancelled.abort(new Error('the run was cancelled'));
    const { directory, get } = someone(undefined, { signal: cancelled.signal, progress });
    await expect(get(server.url)).rejects.toThrow('the run was cancelled');
    expect(readFileSync(unwrap(await someone(directory).get(server.url)))).toEqual(CONTENT);
    expect(server.asked[1]?.range).toMatch(/^bytes=[1-9]/);
  });
});

describe('what goes wrong with a download is told', () => {
  test('a server that is overloaded for a while is asked again', async () => {
    const server = await FileServer.start(status(503), whole(CONTENT));
    const { get, logged } = someone();
    unwrap(await get(server.url));
    expect(logged[1]).toBe(`${new URL(server.url).host} answers 503 Service Unavailable: trying again`);
  });

  test('one that does not recover is given up', async () => {
    const server = await FileServer.start(status(503));
    expect(await someone().get(server.url)).toEqual({
      ok: false,
      failure: [
        {
          message: `cannot download ${server.url}: ${new URL(server.url).host} answers 503 Service Unavailable, 3 times`,
          advice: 'Name a file.',
        },
      ],
    });
  });

  test('a file that is not there is not asked for again', async () => {
    const server = await FileServer.start(status(404));
    const { get } = someone();
    expect(await get(server.url)).toMatchObject({
      failure: [{ message: expect.stringMatching(/: 127\.0\.0\.1:\d+ answers 404 Not Found$/) }],
    });
    expect(server.asked).toHaveLength(1);
  });

  test('a server that cannot be reached', async () => {
    const { url } = await FileServer.stopped();
    expect(await someone().get(url)).toEqual({
      ok: false,
      failure: [
        {
          message: `cannot download ${url}: ${new URL(url).host}: the connection was refused, 3 times`,
          advice: 'Name a file.',
        },
      ],
    });
  });

  test('another file than the one that was meant, of which nothing is kept', async () => {
    const server = await FileServer.start(whole(OTHER));
    const { directory, get } = someone();
    const [expected, found] = [pinned(CONTENT).hex, pinned(OTHER).hex];
    expect(await get(server.url)).toMatchObject({
      failure: [{ message: `what ${server.url} gives is another file: sha256 ${found}, expected sha256 ${expected}` }],
    });
    expect(readdirSync(join(directory, `sha256-${expected}`))).toEqual([]);
  });

  test('a folder in which nothing can be kept', async () => {
    const server = await FileServer.start(whole(CONTENT));
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    expect(await someone(join(file, 'downloads')).get(server.url)).toMatchObject({
      failure: [{ message: expect.stringMatching(/^cannot keep the download: /) }],
    });
  });
});
