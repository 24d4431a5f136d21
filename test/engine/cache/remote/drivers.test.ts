import { createReadStream, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { encodeActionResult } from '../../../../src/engine/cache/remote/action-result.ts';
import { parseAddress } from '../../../../src/engine/cache/remote/address.ts';
import { collect, type RemoteDriver } from '../../../../src/engine/cache/remote/driver.ts';
import { FolderDriver } from '../../../../src/engine/cache/remote/folder-driver.ts';
import { openDriver } from '../../../../src/engine/cache/remote/open-remote.ts';
import { textBlob } from '../../../../src/engine/cache/remote/send-content.ts';
import { sha256 } from '../../../../src/engine/fingerprint/digest.ts';
import {
  hasNginx,
  hasVersitygw,
  type RealServer,
  startNginx,
  startVersitygw,
} from '../../../support/remote/real-servers.ts';
import { StrictServer } from '../../../support/remote/strict-server.ts';
import { unwrap } from '../../../support/result.ts';

type Start = () => Promise<RealServer>;

const startFolder: Start = async () => {
  const url = mkdtempSync(join(tmpdir(), 'pipeline-shared-'));
  return { url, environment: {}, stop: async () => rmSync(url, { recursive: true }) };
};

const startStrict: Start = async () => {
  let stop = () => {};
  const { url } = await StrictServer.start((cleanUp) => {
    stop = cleanUp;
  });
  return { url, environment: {}, stop: async () => stop() };
};

/** Every kind of remote cache. Those that are not installed are skipped. */
const SERVERS: readonly { name: string; start: Start; isThere: boolean }[] = [
  { name: 'a folder', start: startFolder, isThere: true },
  { name: 'a strict HTTP cache', start: startStrict, isThere: true },
  { name: 'nginx', start: startNginx, isThere: hasNginx },
  { name: 'an S3 service', start: startVersitygw, isThere: hasVersitygw },
];

describe.each(SERVERS.filter(({ isThere }) => isThere))('the driver for $name', ({ start }) => {
  let server: RealServer;
  let driver: RemoteDriver;

  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.stop());

  beforeEach(async () => {
    const address = unwrap(
      parseAddress({ text: server.url, from: 'test', isSecret: true, folder: '/' }, server.environment),
    );
    driver = await openDriver(address, {
      ...{ environment: server.environment, project: '/', idle: 5000, signal: new AbortController().signal },
    });
    onTestFinished(() => driver.close());
  });

  const read = async (text: string) => {
    const { digest, bytes } = textBlob(text);
    const found = await collect((sink) => driver.get(digest, bytes, sink), 1 << 20);
    return found && Buffer.from(found).toString();
  };

  test('returns a blob that was put there, and nothing for one that was not', async () => {
    const blob = textBlob('first');
    expect(await driver.has(blob.digest)).toBe(false);
    expect(await read('first')).toBeUndefined();
    await driver.put(blob);
    expect(await driver.has(blob.digest)).toBe(true);
    expect(await read('first')).toBe('first');
  });

  test('accepts a blob that is there already', async () => {
    await driver.put(textBlob('twice'));
    await driver.put(textBlob('twice'));
    expect(await read('twice')).toBe('twice');
  });

  test('transfers two megabytes from a file, as a stream', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pipeline-blob-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const text = 'large '.repeat(350_000);
    writeFileSync(join(folder, 'large'), text);
    await driver.put({ ...textBlob(text), open: () => createReadStream(join(folder, 'large')) });
    const { digest, bytes } = textBlob(text);
    const found = await collect((sink) => driver.get(digest, bytes, sink), bytes);
    expect(sha256(found ?? '')).toBe(digest);
  });

  test('keeps the first entry of an action unless it is to be replaced', async () => {
    const blobs = [textBlob('one'), textBlob('two')];
    for (const blob of blobs) await driver.put(blob);
    const [one, two] = blobs.map((blob) => encodeActionResult([{ ...blob, path: 'record.json' }]));
    const place = { scope: 'main', key: sha256('action') };
    expect(await driver.getAction(place)).toBeUndefined();
    await driver.putAction(place, one ?? expect.unreachable(), false);
    expect(Buffer.from((await driver.getAction(place)) ?? '')).toEqual(Buffer.from(one ?? ''));
    await driver.putAction(place, two ?? expect.unreachable(), true);
    expect(Buffer.from((await driver.getAction(place)) ?? '')).toEqual(Buffer.from(two ?? ''));
  });

  test('shows its address without credentials', () => {
    expect(driver.shown).not.toMatch(/ci:secret|not-a-secret/);
    expect(driver.shown).not.toBe('');
  });
});

test('a folder in which an upload was interrupted has no part of it', async () => {
  const server = await startFolder();
  onTestFinished(server.stop);
  const driver = new FolderDriver(server.url);
  const blob = textBlob('half');
  const killed = async function* () {
    yield Buffer.from('ha');
    throw new Error('killed');
  };
  const broken = { ...blob, open: () => Readable.from(killed()) };
  await expect(driver.put(broken)).rejects.toThrow();
  expect(await driver.has(blob.digest)).toBe(false);
  const left = readdirSync(server.url, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(left).toEqual([]);
});
