import { beforeEach, describe, expect, test } from 'vitest';
import type { RemoteCacheOptions } from '../../../../src/engine/cache/remote/remote-cache.ts';
import { keepResult } from '../../../../src/engine/cache/results.ts';
import { sha256 } from '../../../../src/engine/fingerprint/digest.ts';
import { createKeys, signerFor } from '../../../../src/engine/trust/signatures.ts';
import { SignedRecords } from '../../../../src/engine/trust/signed-records.ts';
import { Machines } from '../../../support/remote/machines.ts';
import { unwrap } from '../../../support/result.ts';

let shared: Machines;

beforeEach(async () => {
  shared = await Machines.start();
});

describe('signed records', () => {
  const [ours, others] = [createKeys(), createKeys()];
  const trusted = [{ key: ours.publicKey }];
  const signer = signerFor(ours.privateKey);

  test('are used if a listed key has signed them', async () => {
    const { record } = await shared.uploaded('a', { trusted, signer });
    const found = await shared.machine('here', { trusted }).store.lookUp(record.key);
    expect(found?.outputs).toEqual(record.outputs);
    expect(new SignedRecords(trusted).has(found ?? expect.unreachable())).toBe(true);
    expect(new SignedRecords([{ key: others.publicKey }]).has(found ?? expect.unreachable())).toBe(false);
  });

  test.each<[string, Partial<RemoteCacheOptions>, RegExp]>([
    ['nobody', {}, /in scope "main" is not signed$/],
    ['a key that is not listed, or no longer', { signer: signerFor(others.privateKey) }, /not signed by a key that/],
  ])('are a cache miss with a warning if they are signed by %s', async (_who, by, warning) => {
    const { record } = await shared.uploaded('a', by);
    expect(await shared.machine('here', { trusted }).store.lookUp(record.key)).toBeUndefined();
    expect(shared.messages).toEqual([expect.stringMatching(warning)]);
  });

  test('are replaced by whoever may sign, so that they are found from then on', async () => {
    await shared.uploaded('a', { signer: signerFor(others.privateKey) });
    const mine = shared.machine('mine', { trusted, signer });
    const result = shared.make('a');
    expect(await mine.store.lookUp(result.record.key)).toBeUndefined();
    unwrap(await keepResult(mine.both, result.record, result.outputs));
    await mine.store.settle();
    expect(await shared.machine('here', { trusted }).store.lookUp(result.record.key)).toBeDefined();
  });

  test('of one scope are none of another, even if somebody copies them there', async () => {
    const { record } = await shared.uploaded('a', { trusted, signer, scope: 'pr-1', reads: ['pr-1'] });
    const [entry] = shared.server.actions.values();
    shared.server.actions.set(sha256(`main\0${record.key}`), entry ?? expect.unreachable());
    expect(await shared.machine('here', { trusted }).store.lookUp(record.key)).toBeUndefined();
    expect(shared.messages).toEqual([expect.stringContaining('is one of another scope')]);
  });

  test('of one action are none of another', async () => {
    const { record } = await shared.uploaded('a', { trusted, signer });
    const other = shared.make('b').record;
    shared.server.actions.set(
      sha256(`main\0${other.key}`),
      shared.server.actions.get(sha256(`main\0${record.key}`)) ?? expect.unreachable(),
    );
    expect(await shared.machine('here', { trusted }).store.lookUp(other.key)).toBeUndefined();
    expect(shared.messages).toEqual([expect.stringContaining('belongs to another action key')]);
  });

  test('may be signed by a key only in the scopes that it is listed for', async () => {
    const { record } = await shared.uploaded('a', { signer });
    const limited = [{ key: ours.publicKey, scopes: ['nightly'] }];
    expect(await shared.machine('here', { trusted: limited }).store.lookUp(record.key)).toBeUndefined();
    expect(shared.trouble).toHaveLength(1);
  });
});
