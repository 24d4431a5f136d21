import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { kerasPython } from '../scripts/keras/environment.js';
import { type Result, success } from '../src/problem.ts';
import type { Bench, Row, RunBenchmark } from './benchmark.ts';
import { type Command, command, time } from './command.ts';
import { makePhotographs } from './resize/photographs.ts';
import { installFromPython } from './runners/install.ts';

const ROUNDS = 3;
const SIZE = 331;
const FEW = 2_000;
const MANY = 20_000;
/** «Flat»: ten times as many images take at most so much more memory. */
const FLAT = 1.1;
const MOST_MEGABYTES = 1_500;
const OPENCV = '5.0.0.93';

interface Figures {
  readonly seconds: number;
  readonly megabytes: number;
}

/** Photographs to pixels of one size on disk, on two cores, beside others that antialias; and the memory of many. */
export const resize: RunBenchmark = async (bench) => {
  const { root, scratch, rounds = ROUNDS, note } = bench;
  const opencv = await installFromPython('opencv-python-headless', OPENCV, bench);
  if (!opencv.ok) return opencv;
  const keras = await kerasPython(note, root);
  if (!keras.ok) return keras;
  const ours = await ourCommand(root);
  note(`drawing ${MANY} photographs`);
  const [few, many] = [join(scratch, 'few'), join(scratch, 'many')];
  await makePhotographs(few, FEW);
  await makePhotographs(many, MANY);

  const script = join(root, 'bench', 'resize', 'peers.py');
  const peers = [
    { name: 'OpenCV, AREA', key: 'opencv', python: join(opencv.value, 'python') },
    { name: 'Pillow, bilinear', key: 'pillow', python: keras.value },
    { name: 'tf.data, antialiased', key: 'tensorflow', python: keras.value },
  ].map((peer) => ({ ...peer, speeds: [] as number[] }));
  const speeds: number[] = [];
  const memory: number[] = [];
  for (let round = 0; round <= rounds; round += 1) {
    note(round === 0 ? 'warming up' : `round ${round} of ${rounds}`);
    const own = await figuresOf(ours(few, join(scratch, 'out')), bench);
    if (!own.ok) return own;
    for (const { key, python, speeds: theirs } of peers) {
      const peer = await figuresOf(command(python, script, key, few, join(scratch, 'out'), String(SIZE)), bench);
      if (!peer.ok) return peer;
      if (round > 0) theirs.push(FEW / peer.value.seconds);
    }
    if (round === 0) continue;
    speeds.push(FEW / own.value.seconds);
    memory.push(own.value.megabytes);
  }
  note(`${MANY} images`);
  const all = await figuresOf(ours(many, join(scratch, 'out')), bench);
  if (!all.ok) return all;
  const megabytes = { ours: [all.value.megabytes], unit: 'MB' } as const;
  return success<Row[]>([
    ...peers.map(
      ({ name, speeds: theirs }): Row => ({
        case: `${FEW} photographs to ${SIZE} × ${SIZE}`,
        peer: name,
        ours: speeds,
        theirs,
        unit: 'images/s',
        better: 'higher',
        goal: 1,
      }),
    ),
    { case: `memory of ${MANY} images`, peer: `of ${FEW}`, theirs: memory, ...megabytes, goal: FLAT },
    { case: `memory of ${MANY} images`, peer: 'the limit', theirs: [MOST_MEGABYTES], ...megabytes, goal: 1 },
  ]);
};

async function ourCommand(root: string): Promise<(folder: string, out: string) => Command> {
  const outfile = join(root, 'bench', '.built', 'resize-ours.js');
  await build({
    entryPoints: [join(root, 'bench', 'resize', 'ours.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'silent',
  });
  return (folder, out) => command(process.execPath, outfile, folder, out, String(SIZE));
}

/** What a program says of itself as the last thing that it prints, when it has two cores. */
async function figuresOf(wanted: Command, { scratch }: Bench): Promise<Result<Figures>> {
  const log = join(scratch, 'figures.log');
  const done = await time(onTwoCores(wanted), { directory: scratch, environment: process.env, log });
  if (!done.ok) return done;
  const last = readFileSync(log, 'utf8').trim().split('\n').at(-1) ?? '';
  return success(JSON.parse(last) as Figures);
}

function onTwoCores({ program, args }: Command): Command {
  const taskset = '/usr/bin/taskset';
  if (availableParallelism() <= 2 || !existsSync(taskset)) return command(program, ...args);
  return command(taskset, '--cpu-list', '0,1', program, ...args);
}
