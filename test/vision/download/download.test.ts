import { execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Progress } from '../../../src/index.ts';
import { type DownloadOptions, download } from '../../../src/vision/download/download.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { cutAfter, endless, FileServer, hangAfter, status, whole, withoutRanges } from '../../support/file-server.ts';
import { unwrap } from '../../support/result.ts';

const CONTENT = randomBytes(300_000);
const OTHER = randomBytes(300_000);

const pinned = (content: Buffer) => ({
  algorithm: 'sha256' as const,
  hex: createHash('sha256').update(content).digest('hex'),
});

function client(directory = temporaryFolder(), more: Partial<DownloadOptions> = {}) {
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
  return { directory, logged, progress, get, options };
}

describe('download', () => {
  test('stores a file under its digest, reports progress, and does not download it again', async () => {
    const server = await FileServer.start(whole(CONTENT));
    const { directory, get, progress, logged } = client();
    const path = unwrap(await get(server.url));
    expect(path).toBe(join(directory, `sha256-${pinned(CONTENT).hex}`, 'weights.h5'));
    expect(readFileSync(path)).toEqual(CONTENT);
    expect(progress.at(-1)).toEqual({ done: 0.3, total: 0.3, unit: 'MB' });
    expect(logged).toEqual([`downloading ${server.url}`]);

    utimesSync(path, 0, 0);
    expect(unwrap(await get(server.url))).toBe(path);
    expect(server.asked).toHaveLength(1);
    // A use updates the modification time.
    expect(statSync(path).mtimeMs).toBeGreaterThan(0);
    expect(readdirSync(directory, { recursive: true }).sort()).toEqual([
      basename(dirname(path)),
      join(basename(dirname(path)), 'weights.h5'),
    ]);
  });

  test('resumes where the connection was closed', async () => {
    const server = await FileServer.start(cutAfter(100_000, CONTENT, '"1"'), whole(CONTENT, '"1"'));
    expect(readFileSync(unwrap(await client().get(server.url)))).toEqual(CONTENT);
    const [first, second] = server.asked;
    expect(first).toEqual({ range: undefined, ifRange: undefined });
    expect(second?.ifRange).toBe('"1"');
    expect(Number(/^bytes=(\d+)-$/.exec(second?.range ?? '')?.[1])).toBeGreaterThan(0);
  });

  test('starts again if the server does not support ranges', async () => {
    const server = await FileServer.start(cutAfter(100_000, CONTENT), withoutRanges(CONTENT));
    expect(readFileSync(unwrap(await client().get(server.url)))).toEqual(CONTENT);
  });

  test('starts again if the file on the server has changed', async () => {
    const server = await FileServer.start(cutAfter(100_000, OTHER, '"old"'), whole(CONTENT, '"new"'));
    expect(readFileSync(unwrap(await client().get(server.url)))).toEqual(CONTENT);
    expect(server.asked).toHaveLength(2);
  });

  test('starts again if the partial file was of another file, which only the digest shows', async () => {
    const server = await FileServer.start(cutAfter(100_000, OTHER), whole(CONTENT));
    expect(readFileSync(unwrap(await client().get(server.url)))).toEqual(CONTENT);
    expect(server.asked.map(({ range }) => range !== undefined)).toEqual([false, true, false]);
  });

  test('starts again if the server rejects the range', async () => {
    const server = await FileServer.start(cutAfter(100_000, CONTENT), status(416), whole(CONTENT));
    expect(readFileSync(unwrap(await client().get(server.url)))).toEqual(CONTENT);
  });

  test('downloads a file once for two concurrent callers', async () => {
    const server = await FileServer.start(whole(CONTENT));
    const directory = temporaryFolder();
    const [one, other] = [client(directory), client(directory)];
    const paths = await Promise.all([one.get(server.url), other.get(server.url)]);
    expect(unwrap(paths[0])).toBe(unwrap(paths[1]));
    expect(server.asked).toHaveLength(1);
  });

  test('downloads a file again if the stored one is corrupted', async () => {
    const server = await FileServer.start(whole(CONTENT));
    const { get } = client();
    const path = unwrap(await get(server.url));
    writeFileSync(path, CONTENT.subarray(1));
    expect(readFileSync(unwrap(await get(server.url)))).toEqual(CONTENT);
    expect(server.asked).toHaveLength(2);
  });

  test('stops at once when it is cancelled, and the next download resumes', async () => {
    const server = await FileServer.start(hangAfter(100_000, CONTENT, '"1"'), whole(CONTENT, '"1"'));
    const cancelled = new AbortController();
    const progress = () => cancelled.abort(new Error('the run was cancelled'));
    const { directory, get } = client(undefined, { signal: cancelled.signal, progress });
    await expect(get(server.url)).rejects.toThrow('the run was cancelled');
    expect(readFileSync(unwrap(await client(directory).get(server.url)))).toEqual(CONTENT);
    expect(server.asked[1]?.range).toMatch(/^bytes=[1-9]/);
  });
});

describe('download, after an error,', () => {
  test('retries if the server is overloaded', async () => {
    const server = await FileServer.start(status(503), whole(CONTENT));
    const { get, logged } = client();
    unwrap(await get(server.url));
    expect(logged[1]).toBe(`${new URL(server.url).host} answered 503 Service Unavailable; retrying`);
  });

  test('fails after three attempts', async () => {
    const server = await FileServer.start(status(503));
    expect(await client().get(server.url)).toEqual({
      ok: false,
      failure: [
        {
          message: `cannot download ${server.url}: ${new URL(server.url).host} answered 503 Service Unavailable (3 attempts)`,
          advice: 'Name a file.',
        },
      ],
    });
  });

  test('does not retry if the file does not exist on the server', async () => {
    const server = await FileServer.start(status(404));
    const { get } = client();
    expect(await get(server.url)).toMatchObject({
      failure: [{ message: expect.stringMatching(/: 127\.0\.0\.1:\d+ answered 404 Not Found$/) }],
    });
    expect(server.asked).toHaveLength(1);
  });

  test('fails if the server cannot be reached', async () => {
    const { url } = await FileServer.stopped();
    expect(await client().get(url)).toEqual({
      ok: false,
      failure: [
        {
          message: `cannot download ${url}: ${new URL(url).host}: connection refused (3 attempts)`,
          advice: 'Name a file.',
        },
      ],
    });
  });

  test('fails and keeps nothing if the content has another digest', async () => {
    const server = await FileServer.start(whole(OTHER));
    const { directory, get } = client();
    const [expected, found] = [pinned(CONTENT).hex, pinned(OTHER).hex];
    expect(await get(server.url)).toMatchObject({
      failure: [{ message: `${server.url} has unexpected content: got sha256 ${found}, expected sha256 ${expected}` }],
    });
    expect(readdirSync(join(directory, `sha256-${expected}`))).toEqual([]);
  });

  test.each([
    ['says so', whole(randomBytes(200_000))],
    ['does not say so and never ends', endless],
  ])('fails and keeps nothing if the file is too large, and the server %s', async (_what, answer) => {
    const server = await FileServer.start(answer);
    const { directory, options } = client();
    const file = { url: server.url, digest: pinned(CONTENT), maxBytes: 100_000 };
    expect(await download(file, options)).toMatchObject({
      failure: [{ message: expect.stringMatching(/: 127\.0\.0\.1:\d+ sends more than 100 kB$/) }],
    });
    expect(server.asked).toHaveLength(1);
    expect(readdirSync(join(directory, `sha256-${pinned(CONTENT).hex}`))).toEqual([]);
  });

  test('fails once its time is over, however often the server goes on, and the next download resumes', async () => {
    const server = await FileServer.start(hangAfter(100_000, CONTENT, '"1"'), whole(CONTENT, '"1"'));
    const { directory, get } = client(undefined, { deadline: 0.2 });
    expect(await get(server.url)).toMatchObject({
      failure: [{ message: `cannot download ${server.url}: it takes longer than 0.2 s` }],
    });
    expect(readFileSync(unwrap(await client(directory).get(server.url)))).toEqual(CONTENT);
    expect(server.asked[1]?.range).toMatch(/^bytes=[1-9]/);
  });

  test('starts again if a link or a pipe is in place of what an earlier download left', async () => {
    const server = await FileServer.start(whole(CONTENT));
    const { directory, get } = client();
    const folder = join(directory, `sha256-${pinned(CONTENT).hex}`);
    const victim = join(temporaryFolder(), 'victim');
    writeFileSync(victim, 'mine');
    mkdirSync(folder);
    symlinkSync(victim, join(folder, 'weights.h5.partial'));
    symlinkSync(victim, join(folder, 'weights.h5.partial.json'));
    execFileSync('mkfifo', [join(folder, 'weights.h5')]);
    expect(readFileSync(unwrap(await get(server.url)))).toEqual(CONTENT);
    expect(readFileSync(victim, 'utf8')).toBe('mine');
  });

  test('fails if the folder cannot be written', async () => {
    const server = await FileServer.start(whole(CONTENT));
    const file = join(temporaryFolder(), 'file');
    writeFileSync(file, '');
    expect(await client(join(file, 'downloads')).get(server.url)).toMatchObject({
      failure: [{ message: expect.stringMatching(/^cannot store the download: /) }],
    });
  });
});
