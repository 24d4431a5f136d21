import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { httpDriver } from '../../../../src/engine/cache/remote/http-driver.ts';
import { findResult } from '../../../../src/engine/cache/results.ts';
import { digestOf, Machines } from '../../../support/remote/machines.ts';
import { StrictServer } from '../../../support/remote/strict-server.ts';

let shared: Machines;

beforeEach(async () => {
  shared = await Machines.start();
});

const isBlobRequest = (url = '') => url.includes('/cas/');

describe('a server that fails', () => {
  test('is asked again when it is overloaded, as late as it wants', async () => {
    const { record } = await shared.uploaded();
    let refusals = 2;
    shared.server.intercept = (_request, response) => {
      if (refusals-- <= 0) return false;
      response.writeHead(503, { 'retry-after': '7' }).end();
      return true;
    };
    expect(await findResult(shared.machine('here').both, record.key)).toEqual(record);
    expect(shared.pauses).toEqual([7, 7]);
    expect(shared.trouble).toEqual([]);
  });

  test('is given up if it wants to be asked again in an hour', async () => {
    shared.server.intercept = (_request, response) => {
      response.writeHead(429, { 'retry-after': '3600' }).end();
      return true;
    };
    expect(await shared.machine('here').store.lookUp(shared.make('a').record.key)).toBeUndefined();
    expect(shared.pauses).toEqual([]);
    expect(shared.messages).toEqual(['the remote cache could not look up a result: GET was answered with 429']);
  });

  test('does not keep a run from its result if three of ten requests fail', async () => {
    const results = await Promise.all(['a', 'b', 'c'].map((text) => shared.uploaded(text)));
    let count = 0;
    shared.server.intercept = (request, response) => {
      if (![1, 4, 7].includes(++count % 10)) return false;
      if (count % 2 === 0) request.socket.destroy();
      else response.writeHead(500).end();
      return true;
    };
    for (const { record } of results) {
      const here = shared.machine(`here-${record.key}`);
      expect(await findResult(here.both, record.key)).toEqual(record);
      expect(await here.store.materialize(digestOf(record, 'shards'))).toBeDefined();
    }
  });

  test('costs nothing more once it has failed three times', async () => {
    shared.server.intercept = (request) => {
      request.socket.destroy();
      return true;
    };
    const here = shared.machine('here');
    for (const text of ['a', 'b', 'c', 'd', 'e'])
      expect(await here.store.lookUp(shared.make(text).record.key)).toBeUndefined();
    expect(shared.server.requests).toHaveLength(12);
    expect(shared.messages.at(-1)).toMatch(/it is not used again in this run$/);
  });

  test('is not waited for longer than its time limit', async () => {
    shared.server.intercept = () => true;
    const here = shared.machine('here', {}, 20);
    expect(await here.store.lookUp(shared.make('a').record.key)).toBeUndefined();
    expect(shared.messages).toEqual(['the remote cache could not look up a result: no response within 0.02 s']);
  });

  test('says how to let it accept large blobs', async () => {
    shared.server.intercept = (request, response) => {
      if (request.method !== 'PUT') return false;
      request.resume();
      response.writeHead(413).end();
      return true;
    };
    await shared.uploaded();
    expect(shared.trouble[0]).toEqual({
      message: 'the remote cache could not store content: PUT was answered with 413',
      advice: 'Raise client_max_body_size (nginx), or the limit of the server, to 64 MiB or more.',
    });
    expect(shared.server.actions.size).toBe(0);
  });
});

describe('a server that sends something else than it should', () => {
  type Answer = (original: Buffer) => { body: Buffer; length?: number; cut?: boolean };
  const flip: Answer = (original) => ({
    body: Buffer.from(original.map((byte, index) => (index === 0 ? byte ^ 1 : byte))),
  });

  const answerBlobs = (answer: Answer, times = Number.POSITIVE_INFINITY) => {
    let count = 0;
    shared.server.intercept = ({ method, url = '' }, response) => {
      const original = shared.server.blobs.get(url.slice(-64));
      if (method !== 'GET' || !isBlobRequest(url) || original === undefined || ++count > times) return false;
      const { body, length = body.length, cut = false } = answer(original);
      response.writeHead(200, { 'content-length': length });
      response.write(body);
      if (cut) response.socket?.destroySoon();
      else response.end();
      return true;
    };
  };

  test.each<[string, Answer]>([
    ['a flipped bit', flip],
    ['a truncated body', (original) => ({ body: original.subarray(1) })],
    [
      'a connection that is cut in the middle',
      (original) => ({ body: original.subarray(1), length: original.length, cut: true }),
    ],
    ['ten gigabytes', (original) => ({ body: original, length: 10e9, cut: true })],
  ])('is asked again after %s, and then gives up', async (_what, answer) => {
    const { record } = await shared.uploaded();
    const found = shared.machine('found');
    await findResult(found.both, record.key);
    answerBlobs(answer);
    expect(await found.store.materialize(digestOf(record, 'table'))).toBeUndefined();
    expect(shared.pauses).toHaveLength(3);
    expect(shared.trouble).toHaveLength(1);
    expect(await found.local.has(digestOf(record, 'table'))).toBe(false);
    expect(shared.leftIn('found')).toEqual([]);
  });

  test('is forgiven if it sends the right bytes after all', async () => {
    const { record } = await shared.uploaded();
    const here = shared.machine('here');
    await findResult(here.both, record.key);
    answerBlobs(flip, 1);
    expect(await here.store.materialize(digestOf(record, 'table'))).toBeDefined();
    expect(shared.trouble).toEqual([]);
  });

  test('does not get its credentials sent to where it redirects', async () => {
    const { record } = await shared.uploaded();
    const other = await StrictServer.start();
    for (const [key, blob] of shared.server.blobs) other.blobs.set(key, blob);
    shared.server.intercept = ({ url = '' }, response) => {
      if (!isBlobRequest(url)) return false;
      response.writeHead(302, { location: other.url.replace('/cache', url) }).end();
      return true;
    };
    const options = { idle: 5000, signal: new AbortController().signal };
    const driver = httpDriver(new URL(shared.server.url), 'Bearer token', options);
    onTestFinished(() => driver.close());
    expect(await driver.has(digestOf(record, 'table'))).toBe(true);
    expect(shared.server.headers.at(-1)?.authorization).toBe('Bearer token');
    expect(other.headers.at(-1)?.authorization).toBeUndefined();
  });
});
