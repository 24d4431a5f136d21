import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { LocalStore } from '../../../src/engine/cache/local/local-store.ts';
import type { ActionRecord } from '../../../src/engine/cache/records.ts';
import { httpDriver } from '../../../src/engine/cache/remote/http-driver.ts';
import { RemoteCache, type RemoteCacheOptions } from '../../../src/engine/cache/remote/remote-cache.ts';
import { keepResult } from '../../../src/engine/cache/results.ts';
import type { ActionStore, ContentStore } from '../../../src/engine/cache/stores.ts';
import { TieredStore } from '../../../src/engine/cache/tiered-store.ts';
import type { Digest } from '../../../src/engine/fingerprint/digest.ts';
import { SignedRecords } from '../../../src/engine/trust/signed-records.ts';
import type { Problem } from '../../../src/shared/problem.ts';
import { unwrap } from '../result.ts';
import { localStore, type MadeResult, makeResult } from '../results.ts';
import { StrictServer } from './strict-server.ts';

/** A machine with a cache of its own. */
export interface Machine {
  readonly store: TieredStore;
  readonly local: LocalStore;
  readonly both: { readonly actions: ActionStore; readonly contents: ContentStore };
}

/** Machines that share a server. Pauses between attempts are noted, and take no time. */
export class Machines {
  readonly directory: string;
  readonly server: StrictServer;
  readonly trouble: Problem[] = [];
  readonly pauses: number[] = [];

  private constructor(directory: string, server: StrictServer) {
    this.directory = directory;
    this.server = server;
  }

  static async start(): Promise<Machines> {
    const directory = mkdtempSync(join(tmpdir(), 'pipeline-remote-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    return new Machines(directory, await StrictServer.start());
  }

  get messages(): readonly string[] {
    return this.trouble.map(({ message }) => message);
  }

  /** @param idle how long nothing may arrive, in milliseconds. */
  machine(name: string, over: Partial<RemoteCacheOptions> = {}, idle = 5000): Machine {
    const { signal } = new AbortController();
    const { trusted = [] } = over;
    const driver = httpDriver(new URL(this.server.url), undefined, { idle, signal });
    onTestFinished(() => driver.close());
    const onProblem = (problem: Problem) => this.trouble.push(problem);
    const remote = new RemoteCache(driver, {
      ...{ scope: 'main', reads: ['main'], trusted, signer: undefined, signed: new SignedRecords(trusted) },
      ...{ onProblem, signal },
      pause: async (seconds) => {
        this.pauses.push(seconds);
      },
      ...over,
    });
    const local = localStore(this.directory, name);
    const store = new TieredStore(local, remote, { onProblem, timeouts: { answer: 5000, patience: 5000 } });
    return { store, local, both: { actions: store, contents: store } };
  }

  make(text: string): MadeResult {
    return makeResult(this.directory, text);
  }

  /** Returns a result that a machine has uploaded. */
  async uploaded(text = 'a', over: Partial<RemoteCacheOptions> = {}): Promise<MadeResult> {
    const there = this.machine(`there-${text}`, over);
    const result = this.make(text);
    unwrap(await keepResult(there.both, result.record, result.outputs));
    await there.store.settle();
    return result;
  }

  /** Returns the temporary files in the cache of a machine. */
  leftIn(name: string): readonly string[] {
    const path = join(this.directory, name);
    if (!existsSync(path)) return [];
    return readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((file) => file.includes('.tmp-'));
  }
}

export function digestOf({ outputs }: ActionRecord, output: string): Digest {
  return outputs[output]?.digest as Digest;
}
