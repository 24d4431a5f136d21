import { join } from 'node:path';
import { kerasPython } from '../scripts/keras/environment.js';
import { type Result, success } from '../src/shared/problem.ts';
import type { Bench, Row, RunBenchmark } from './benchmark.ts';
import { type Command, command, measured } from './command.ts';
import { BATCH, makeShards, SIZE } from './shard-read/images.ts';

const ROUNDS = 3;
/** Epochs per process. The first is reported separately: it is cold, and the reader verifies each image. */
const EPOCHS = 2;
const FEW = 2_000;
const MANY = 20_000;
/** The maximum growth of memory for ten times as many images. */
const FLAT = 1.1;
const MOST_MEGABYTES = 1_500;

interface Usage {
  /** Seconds of each epoch. */
  readonly seconds: readonly number[];
  readonly megabytes: number;
}

/** Compares reading shuffled batches from shards with raw reads of the same bytes and with tf.data on TFRecords. */
export const shardRead: RunBenchmark = async (bench) => {
  const { root, scratch, rounds = ROUNDS, note } = bench;
  const python = await kerasPython(note, root);
  if (!python.ok) return python;
  const [few, many] = [join(scratch, 'few'), join(scratch, 'many')];
  note('making shards and TFRecords');
  await makeShards(few, FEW);
  await makeShards(many, MANY);
  const worker = join(root, 'bench', '.built', 'shard-read-ours.js');
  const own = (how: 'raw' | 'reader' | 'stage', epochs: number, shards: string) =>
    measureUsage(command(process.execPath, worker, how, shards, String(epochs), String(MANY)), bench);
  const script = join(root, 'bench', 'shard-read', 'peers.py');
  const words = [join(scratch, 'records'), FEW, MANY / FEW, EPOCHS, SIZE, BATCH].map(String);

  const speeds = { raw: [] as number[][], reader: [] as number[][], tensorflow: [] as number[][] };
  const memory = { few: [] as number[], many: [] as number[] };
  for (let round = 0; round <= rounds; round += 1) {
    note(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
    const raw = await own('raw', EPOCHS, many);
    if (!raw.ok) return raw;
    const reader = await own('reader', EPOCHS, many);
    if (!reader.ok) return reader;
    const tensorflow = await measureUsage(command(python.value, script, ...words), bench);
    if (!tensorflow.ok) return tensorflow;
    // Reads the same number of images, from fewer distinct ones.
    const ofFew = await own('stage', 1, few);
    if (!ofFew.ok) return ofFew;
    const ofMany = await own('stage', 1, many);
    if (!ofMany.ok) return ofMany;
    if (round === 0) continue;
    speeds.raw.push(speedsOf(raw.value));
    speeds.reader.push(speedsOf(reader.value));
    speeds.tensorflow.push(speedsOf(tensorflow.value));
    memory.few.push(ofFew.value.megabytes);
    memory.many.push(ofMany.value.megabytes);
  }
  const first = (all: readonly number[][]) => all.map((epochs) => epochs[0] ?? 0);
  const later = (all: readonly number[][]) => all.flatMap((epochs) => epochs.slice(1));
  const ours = later(speeds.reader);
  const peers = { raw: later(speeds.raw), tensorflow: later(speeds.tensorflow) };
  const speed = { unit: 'images/s', better: 'higher' } as const;
  const firsts = { ours: first(speeds.reader), theirs: first(speeds.tensorflow), ...speed };
  const limit = Array<number>(memory.many.length).fill(MOST_MEGABYTES);
  const batches = `shuffled batches of ${BATCH} at ${SIZE} × ${SIZE}`;
  const ofMemory = { case: `memory for ${MANY} images, with TensorFlow`, ours: memory.many, unit: 'MB' } as const;
  return success<Row[]>([
    { case: batches, peer: 'raw reads', ours, theirs: peers.raw, ...speed, goal: 0.85 },
    { case: batches, peer: 'tf.data, TFRecord', ours, theirs: peers.tensorflow, ...speed, goal: 5 },
    { case: 'the first epoch, which verifies each image', peer: 'tf.data, TFRecord', ...firsts },
    { ...ofMemory, peer: `for ${FEW}`, theirs: memory.few, goal: FLAT },
    { ...ofMemory, peer: 'the limit', theirs: limit, goal: 1 },
  ]);
};

function speedsOf({ seconds }: Usage): number[] {
  return seconds.map((each) => MANY / each);
}

function measureUsage(program: Command, { scratch }: Bench): Promise<Result<Usage>> {
  const environment = { ...process.env, CUDA_VISIBLE_DEVICES: '' };
  return measured(program, { directory: scratch, environment, log: join(scratch, 'usage.log') });
}
