import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kerasPython } from '../scripts/keras/environment.js';
import { type Result, success } from '../src/problem.ts';
import type { Bench, Row, RunBenchmark } from './benchmark.ts';
import { type Command, command, time } from './command.ts';
import { BATCH, makeShards, SIZE } from './shard-read/images.ts';

const ROUNDS = 5;
/** In one process. The first is told apart: nothing is warm, and the reader checks each image. */
const EPOCHS = 4;
const FEW = 2_000;
const MANY = 20_000;
/** «Flat»: ten times as many images take at most so much more memory. */
const FLAT = 1.1;
const MOST_MEGABYTES = 1_500;

interface Figures {
  /** Of each epoch. */
  readonly seconds: readonly number[];
  readonly megabytes: number;
}

/** Batches of shuffled images from shards, beside nothing but reads of the same bytes and beside tf.data on TFRecords. */
export const shardRead: RunBenchmark = async (bench) => {
  const { root, scratch, rounds = ROUNDS, note } = bench;
  const python = await kerasPython(note, root);
  if (!python.ok) return python;
  const [few, many] = [join(scratch, 'few'), join(scratch, 'many')];
  note('making shards and TFRecords');
  await makeShards(few, FEW);
  await makeShards(many, MANY);
  const worker = join(root, 'bench', '.built', 'shard-read-ours.js');
  const own = (how: 'raw' | 'reader', shards: string, images: number, epochs: number) =>
    figuresOf(command(process.execPath, worker, how, shards, String(epochs), String(images)), bench);
  const script = join(root, 'bench', 'shard-read', 'peers.py');
  const words = [join(scratch, 'records'), FEW, EPOCHS, SIZE, BATCH].map(String);

  const first = { ours: [] as number[], tensorflow: [] as number[] };
  const later = { ours: [] as number[], raw: [] as number[], tensorflow: [] as number[] };
  const memory: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    note(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
    const raw = await own('raw', few, FEW, EPOCHS);
    const ours = await own('reader', few, FEW, EPOCHS);
    const tensorflow = await figuresOf(command(python.value, script, ...words), bench);
    for (const measured of [raw, ours, tensorflow]) if (!measured.ok) return measured;
    if (!raw.ok || !ours.ok || !tensorflow.ok || round === 0) continue;
    const [ownFirst, ...ownLater] = speedsOf(ours.value);
    const [theirFirst, ...theirLater] = speedsOf(tensorflow.value);
    first.ours.push(ownFirst ?? 0);
    first.tensorflow.push(theirFirst ?? 0);
    later.ours.push(...ownLater);
    later.tensorflow.push(...theirLater);
    later.raw.push(...speedsOf(raw.value).slice(1));
    memory.push(ours.value.megabytes);
  }
  note(`${MANY} images`);
  const all = await own('reader', many, MANY, 1);
  if (!all.ok) return all;
  const speed = { unit: 'images/s', better: 'higher' } as const;
  const megabytes = { ours: [all.value.megabytes], unit: 'MB' } as const;
  const batches = `shuffled batches of ${BATCH} at ${SIZE} × ${SIZE}`;
  return success<Row[]>([
    { case: batches, peer: 'raw reads', ours: later.ours, theirs: later.raw, ...speed, goal: 0.85 },
    { case: batches, peer: 'tf.data, TFRecord', ours: later.ours, theirs: later.tensorflow, ...speed, goal: 5 },
    { case: 'the first time', peer: 'tf.data, TFRecord', ours: first.ours, theirs: first.tensorflow, ...speed },
    { case: `memory of ${MANY} images`, peer: `of ${FEW}`, theirs: memory, ...megabytes, goal: FLAT },
    { case: `memory of ${MANY} images`, peer: 'the limit', theirs: [MOST_MEGABYTES], ...megabytes, goal: 1 },
  ]);
};

function speedsOf({ seconds }: Figures): number[] {
  return seconds.map((each) => FEW / each);
}

/** What a program says of itself as the last thing that it prints. */
async function figuresOf(wanted: Command, { scratch }: Bench): Promise<Result<Figures>> {
  const log = join(scratch, 'figures.log');
  const done = await time(wanted, { directory: scratch, environment: process.env, log });
  if (!done.ok) return done;
  return success(JSON.parse(readFileSync(log, 'utf8').trim().split('\n').at(-1) ?? '') as Figures);
}
