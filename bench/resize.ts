import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { kerasPython } from '../scripts/keras/environment.js';
import { type Result, success } from '../src/shared/problem.ts';
import type { Bench, Row, RunBenchmark } from './benchmark.ts';
import { type Command, command, measured } from './command.ts';
import { makePhotographs } from './resize/photographs.ts';
import { installFromPython } from './runners/install.ts';

const ROUNDS = 3;
const SIZE = 331;
/** The number of images for measuring speed; a round of all four tools takes half a minute. */
const SOME = 1_000;
const FEW = 2_000;
const MANY = 20_000;
/** The maximum growth of memory for ten times as many images. */
const FLAT = 1.1;
const MOST_MEGABYTES = 1_500;
const OPENCV = '5.0.0.93';

interface Usage {
  readonly seconds: number;
  /** CPU seconds of all threads and processes; more reliable than `seconds` on a shared machine. */
  readonly cpu: number;
  readonly megabytes: number;
}

interface Measured {
  readonly speeds: number[];
  /** Milliseconds per image. */
  readonly cpu: number[];
}

/** Compares resizing photographs to shards on two cores with other antialiasing resizers, and measures memory. */
export const resize: RunBenchmark = async (bench) => {
  const { root, scratch, rounds = ROUNDS, note } = bench;
  const opencv = await installFromPython('opencv-python-headless', OPENCV, bench);
  if (!opencv.ok) return opencv;
  const keras = await kerasPython(note, root);
  if (!keras.ok) return keras;
  const worker = join(root, 'bench', '.built', 'resize-ours.js');
  const ours = (folder: string) => command(process.execPath, worker, folder, join(scratch, 'out'), String(SIZE));
  note(`drawing ${MANY} photographs`);
  const [some, few, many] = [join(scratch, 'some'), join(scratch, 'few'), join(scratch, 'many')];
  await makePhotographs(some, SOME);
  await makePhotographs(few, FEW);
  await makePhotographs(many, MANY);

  const script = join(root, 'bench', 'resize', 'peers.py');
  const peers = [
    { name: 'OpenCV, AREA', key: 'opencv', python: join(opencv.value, 'python') },
    { name: 'Pillow, bilinear', key: 'pillow', python: keras.value },
    { name: 'tf.data, antialiased', key: 'tensorflow', python: keras.value },
  ].map(({ name, key, python }) => ({
    name,
    command: command(python, script, key, some, join(scratch, 'out'), String(SIZE)),
    found: noSamples(),
  }));
  const own = noSamples();
  const participants = [{ command: ours(some), found: own }, ...peers];
  for (let round = 0; round <= rounds; round += 1) {
    note(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
    for (const { command: program, found } of participants) {
      const usage = await measureUsage(program, bench);
      if (!usage.ok) return usage;
      if (round === 0) continue;
      found.speeds.push(SOME / usage.value.seconds);
      found.cpu.push((usage.value.cpu * 1000) / SOME);
    }
  }
  note(`measuring the memory for ${FEW} and for ${MANY} photographs`);
  const small = await measureUsage(ours(few), bench);
  if (!small.ok) return small;
  const large = await measureUsage(ours(many), bench);
  if (!large.ok) return large;
  const memory = { case: `memory for ${MANY} images`, ours: [large.value.megabytes], unit: 'MB' } as const;
  return success<Row[]>([
    ...peers.flatMap(({ name, found }) => compare(name, own, found)),
    { ...memory, peer: `for ${FEW}`, theirs: [small.value.megabytes], goal: FLAT },
    { ...memory, peer: 'the limit', theirs: [MOST_MEGABYTES], goal: 1 },
  ]);
};

function noSamples(): Measured {
  return { speeds: [], cpu: [] };
}

function compare(peer: string, ours: Measured, theirs: Measured): Row[] {
  const what = `photographs to ${SIZE} × ${SIZE}`;
  const speed = { ours: ours.speeds, theirs: theirs.speeds, unit: 'images/s', better: 'higher', goal: 1 } as const;
  const cpu = { ours: ours.cpu, theirs: theirs.cpu, unit: 'ms' } as const;
  return [
    { case: what, peer, ...speed },
    { case: `CPU time per image, ${what}`, peer, ...cpu },
  ];
}

/** Measures a command on two cores, even if the machine has more. */
function measureUsage(program: Command, { scratch }: Bench): Promise<Result<Usage>> {
  const log = join(scratch, 'usage.log');
  return measured(onTwoCores(program), { directory: scratch, environment: process.env, log });
}

function onTwoCores({ program, args }: Command): Command {
  const taskset = '/usr/bin/taskset';
  if (availableParallelism() <= 2 || !existsSync(taskset)) return command(program, ...args);
  return command(taskset, '--cpu-list', '0,1', program, ...args);
}
