import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kerasPython } from '../../scripts/keras/environment.js';
import { type Result, success } from '../../src/problem.ts';
import type { Bench } from '../benchmark.ts';
import { type Command, command, time } from '../command.ts';
import { CASES, CLASSES, type Measured, type TrainingCase } from './cases.ts';

/** One case, as ours and as each peer had it, one after the other. */
export interface Comparison {
  readonly name: string;
  readonly ours: Measured;
  readonly peers: readonly { readonly name: string; readonly theirs: Measured }[];
}

/** Keras compiles with XLA where it can unless it is told not to: on CPUs that costs more than it brings. */
const PEERS = [
  { name: 'Keras', jit: 'auto' },
  { name: 'Keras, no XLA', jit: false },
];

/** @param steps to measure in each case. */
export async function compareTrainings(bench: Bench, steps: number): Promise<Result<readonly Comparison[]>> {
  const python = await kerasPython(bench.note, bench.root);
  if (!python.ok) return python;
  const comparisons: Comparison[] = [];
  for (const shape of CASES) {
    const given: TrainingCase = { ...shape, steps };
    const name = `${given.backbone}, ${given.size} px, batch ${given.batch}`;
    bench.note(`${name}: ours`);
    const worker = join(bench.root, 'bench/.built/training-ours.js');
    const ours = await measure(bench, command(process.execPath, worker, JSON.stringify(given)));
    if (!ours.ok) return ours;
    const peers: { readonly name: string; readonly theirs: Measured }[] = [];
    for (const { name: peer, jit } of PEERS) {
      bench.note(`${name}: ${peer}`);
      const script = join(bench.root, 'bench/training/keras_training.py');
      const asked = JSON.stringify({ ...given, classes: CLASSES, jit });
      const theirs = await measure(bench, command(python.value, script, asked));
      if (!theirs.ok) return theirs;
      peers.push({ name: peer, theirs: theirs.value });
    }
    comparisons.push({ name, ours: ours.value, peers });
  }
  return success(comparisons);
}

/** Runs a process whose last line is what it measured. */
async function measure({ root, scratch }: Bench, process_: Command): Promise<Result<Measured>> {
  const log = join(scratch, 'measured.log');
  const environment = {
    ...process.env,
    CUDA_VISIBLE_DEVICES: '',
    TF_CPP_MIN_LOG_LEVEL: '2',
    BENCH_STARTED: String(Date.now() / 1000),
  };
  const done = await time(process_, { directory: root, environment, log });
  if (!done.ok) return done;
  const lines = readFileSync(log, 'utf8').trimEnd().split('\n');
  return success(JSON.parse(lines.at(-1) ?? '') as Measured);
}
