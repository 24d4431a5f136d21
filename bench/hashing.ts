import { mkdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { SealedTrees } from '../src/engine/fingerprint/sealed-trees.ts';
import { Threads } from '../src/engine/fingerprint/threads.ts';
import { Trees } from '../src/engine/fingerprint/trees.ts';
import { type Result, success } from '../src/shared/problem.ts';
import type { Row, RunBenchmark } from './benchmark.ts';
import { makeLargeFile, makeManyFiles } from './runners/sources.ts';

const ROUNDS = 7;
const GOAL = 0.8;

/**
 * Hashes files with SHA-256 of `node:crypto` through one buffer, without any caching or checks. The threads are started
 * before a measurement begins; of `count` threads, thread `own` hashes every `count`-th file.
 */
const RAW = `
const { parentPort, workerData } = require('node:worker_threads');
const { createHash } = require('node:crypto');
const { closeSync, openSync, readSync, readdirSync, statSync } = require('node:fs');
const buffer = Buffer.allocUnsafeSlow(1 << 20);
const { own, count } = workerData;
parentPort.on('message', (path) => {
  const isFile = statSync(path).isFile();
  const files = isFile ? [path] : readdirSync(path, { recursive: true }).map((name) => path + '/' + name);
  for (let index = own; index < files.length; index += count) {
    if (!isFile && !files[index].endsWith('.jpg')) continue;
    const hash = createHash('sha256');
    const file = openSync(files[index]);
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer)) hash.update(buffer.subarray(0, read));
    closeSync(file);
    hash.digest('hex');
  }
  parentPort.postMessage('done');
});
`;

/** Compares the digests of the engine with plain SHA-256 over the same bytes. */
export const hashing: RunBenchmark = async ({ root, scratch, rounds = ROUNDS, note }) => {
  const large = join(scratch, 'large');
  const many = join(scratch, 'many');
  mkdirSync(many);
  makeLargeFile(large);
  makeManyFiles(many);
  const cores = availableParallelism();
  const oneCore = new RawHashing(1);
  const allCores = new RawHashing(cores);
  const worker = join(root, 'dist', 'hash-worker.js');
  const speeds = { large: pairs(), many: pairs(), manyOnOneCore: pairs() };
  try {
    // The first round fills the page cache and is not counted.
    for (let round = 0; round <= rounds; round++) {
      note(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
      const ownLarge = await digest(large, worker, scratch);
      const ownMany = await digest(many, worker, scratch);
      const ownManyAlone = await digest(many, undefined, scratch);
      for (const taken of [ownLarge, ownMany, ownManyAlone]) if (!taken.ok) return taken;
      const theirs = [await oneCore.hash(large), await allCores.hash(many), await oneCore.hash(many)] as const;
      if (round === 0) continue;
      add(speeds.large, 200, ownLarge, theirs[0]);
      add(speeds.many, 205, ownMany, theirs[1]);
      add(speeds.manyOnOneCore, 205, ownManyAlone, theirs[2]);
    }
  } finally {
    await oneCore.end();
    await allCores.end();
  }
  const common = { unit: 'MB/s', better: 'higher', goal: GOAL } as const;
  return success<Row[]>([
    { case: 'one file of 200 MB', peer: 'SHA-256, one core', ...speeds.large, ...common },
    { case: '10,000 files, 205 MB, one thread', peer: 'SHA-256, one core', ...speeds.manyOnOneCore, ...common },
    { case: '10,000 files, 205 MB', peer: `SHA-256, ${cores} cores`, ...speeds.many, ...common },
  ]);
};

/** Returns the milliseconds to digest `path` with an empty digest cache. */
async function digest(path: string, worker: string | undefined, scratch: string): Promise<Result<number>> {
  const started = performance.now();
  const trees = new Trees(new SealedTrees(join(scratch, 'not-there')), undefined, new Threads(worker));
  const tree = await trees.of(path);
  return tree.ok ? success(performance.now() - started) : tree;
}

class RawHashing {
  readonly #threads: readonly Worker[];

  constructor(count: number) {
    this.#threads = Array.from(
      { length: count },
      (_, own) => new Worker(RAW, { eval: true, workerData: { own, count } }),
    );
  }

  /** Returns the elapsed milliseconds. */
  async hash(path: string): Promise<number> {
    const started = performance.now();
    await Promise.all(
      this.#threads.map(
        (thread) =>
          new Promise((resolve, reject) => {
            thread.once('message', resolve).once('error', reject);
            thread.postMessage(path);
          }),
      ),
    );
    return performance.now() - started;
  }

  async end(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }
}

interface Speeds {
  readonly ours: number[];
  readonly theirs: number[];
}

function pairs(): Speeds {
  return { ours: [], theirs: [] };
}

function add(speeds: Speeds, megabytes: number, own: Result<number>, theirs: number): void {
  if (!own.ok) return;
  speeds.ours.push((megabytes / own.value) * 1000);
  speeds.theirs.push((megabytes / theirs) * 1000);
}
