import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LocalStore } from '../../src/engine/cache/local/local-store.ts';
import type { ActionRecord, FinishedOutput } from '../../src/engine/cache/records.ts';
import type { Stores } from '../../src/engine/cache/stores.ts';
import { openLocalStores } from '../../src/engine/cli/compose.ts';
import { actionKey, keyDocument } from '../../src/engine/fingerprint/action-key.ts';
import { sha256 } from '../../src/engine/fingerprint/digest.ts';
import { SealedTrees } from '../../src/engine/fingerprint/sealed-trees.ts';
import { Threads } from '../../src/engine/fingerprint/threads.ts';
import { digestTree } from '../../src/engine/fingerprint/tree.ts';
import { Trees } from '../../src/engine/fingerprint/trees.ts';
import { unwrap } from './result.ts';

/** A result of a stage that has not been added to a store yet. */
export interface MadeResult {
  readonly record: ActionRecord;
  readonly outputs: { readonly table: FinishedOutput; readonly shards: FinishedOutput };
}

/** Creates outputs below `directory`: a file `table.csv` and a directory `shards`, whose content depends on `text`. */
export function makeResult(directory: string, text: string): MadeResult {
  const made = mkdtempSync(join(directory, 'made-'));
  writeFileSync(join(made, 'table.csv'), text);
  mkdirSync(join(made, 'shards/inner'), { recursive: true });
  writeFileSync(join(made, 'shards/0.arrow'), text.repeat(3));
  writeFileSync(join(made, 'shards/inner/1.arrow'), text.repeat(5));
  const output = (file: string): FinishedOutput => {
    const path = join(made, file);
    const { digest, kind, bytes, files: inside } = unwrap(digestTree(path));
    return { path, file, digest, kind, bytes, files: inside.length };
  };
  const outputs = { table: output('table.csv'), shards: output('shards') };
  const document = keyDocument({ code: sha256(text), packages: {}, params: {}, inputs: {}, env: {}, runtime: {} });
  const stored = ({ path: _, ...rest }: FinishedOutput) => rest;
  const provenance = {
    stage: 's',
    module: 's.ts',
    run: 'r',
    finished: '2026-01-01T00:00:00Z',
    seconds: 1,
    modules: {},
    node: 'v20',
    platform: 'linux-x64',
  };
  const record = {
    key: actionKey(document),
    document,
    outputs: { table: stored(outputs.table), shards: stored(outputs.shards) },
    metrics: { rows: 3 },
    provenance,
  };
  return { record, outputs };
}

/** Opens the store in `directory`/`name`. Each call returns a new view of the same content, like another run. */
export function localStore(directory: string, name: string): LocalStore {
  return new LocalStore(join(directory, name), treesIn(join(directory, `${name}-index`)));
}

/** Opens all stores in `directory`/`name`. */
export function localStores(directory: string, name: string): Stores {
  return openLocalStores(join(directory, name), treesIn(join(directory, `${name}-index`)));
}

/** Computes digests on this thread, and remembers them in the directory `index`. */
export function treesIn(index: string): Trees {
  return new Trees(new SealedTrees(join(index, 'trees')), join(index, 'files'), new Threads(undefined));
}
