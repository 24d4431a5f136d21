import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { kerasPython } from '../../scripts/keras/environment.js';
import { type Result, success } from '../../src/shared/problem.ts';
import type { Backbones } from '../../src/vision/models/backbones/backbone.ts';
import { backbones } from '../../src/vision/models/backbones/index.ts';
import type { Bench } from '../benchmark.ts';
import { type Command, command, measured, time } from '../command.ts';
import { table } from '../report.ts';
import { CASES, CLASSES, type Measured, type TrainingCase } from './cases.ts';
import { describeOpTimes, EXECUTOR_LOG, type OpTime, opTimes } from './op-times.ts';

/** One case, measured with ours and with each peer in sequence. */
export interface Comparison {
  readonly name: string;
  readonly ours: Measured;
  readonly peers: readonly { readonly name: string; readonly theirs: Measured }[];
}

/** By default Keras compiles with XLA if possible, which makes it slower on CPUs. */
const PEERS = [
  { name: 'Keras', jit: 'auto' },
  { name: 'Keras, no XLA', jit: false },
];

/**
 * Measures each case with ours and with Keras.
 *
 * @param steps the number of steps to measure in each case.
 */
export async function compareTrainings(bench: Bench, steps: number): Promise<Result<readonly Comparison[]>> {
  const python = await kerasPython(bench.note, bench.root);
  if (!python.ok) return python;
  const comparisons: Comparison[] = [];
  for (const shape of CASES) {
    const given: TrainingCase = { ...shape, steps };
    const name = nameOf(given);
    bench.note(`${name}: ours`);
    const ours = await measure(bench, oursCommand(bench, given));
    if (!ours.ok) return ours;
    const peers: { readonly name: string; readonly theirs: Measured }[] = [];
    for (const { name: peer, jit } of PEERS) {
      bench.note(`${name}: ${peer}`);
      const script = join(bench.root, 'bench/training/keras_training.py');
      const { [given.backbone]: backbone }: Backbones = backbones;
      const asked = JSON.stringify({ ...given, network: backbone?.kerasName, classes: CLASSES, jit });
      const theirs = await measure(bench, command(python.value, script, asked));
      if (!theirs.ok) return theirs;
      peers.push({ name: peer, theirs: theirs.value });
    }
    comparisons.push({ name, ours: ours.value, peers });
  }
  return success(comparisons);
}

/** Reports the time of a step and of a prediction by op, for each case. */
export async function profileTrainings(bench: Bench): Promise<Result<void>> {
  for (const shape of CASES) {
    const log = join(bench.scratch, 'executor.log');
    const around = { directory: bench.root, environment: { ...environment(), ...EXECUTOR_LOG }, log };
    const done = await time(oursCommand(bench, { ...shape, steps: 1 }), around);
    if (!done.ok) return done;
    const runs = opTimes(readFileSync(log, 'utf8'));
    const has = (op: string) => (run: readonly OpTime[]) => run.some((time) => time.op === op);
    const step = runs.findLast(has('ResourceApplyAdam')) ?? [];
    const prediction = runs.findLast(has('Softmax')) ?? [];
    bench.note(`\n${nameOf(shape)}: time of a step by op`);
    for (const line of table(describeOpTimes(step))) bench.note(line);
    bench.note(`\n${nameOf(shape)}: time of a prediction by op`);
    for (const line of table(describeOpTimes(prediction))) bench.note(line);
  }
  return success(undefined);
}

function nameOf({ backbone, size, batch }: Omit<TrainingCase, 'steps'>): string {
  return `${backbone}, ${size} px, batch ${batch}`;
}

function oursCommand({ root }: Bench, given: TrainingCase): Command {
  return command(process.execPath, join(root, 'bench/.built/training-ours.js'), JSON.stringify(given));
}

function environment(): NodeJS.ProcessEnv {
  const started = String(Date.now() / 1000);
  return { ...process.env, CUDA_VISIBLE_DEVICES: '', TF_CPP_MIN_LOG_LEVEL: '2', BENCH_STARTED: started };
}

function measure({ root, scratch }: Bench, process_: Command): Promise<Result<Measured>> {
  const log = join(scratch, 'measured.log');
  return measured(process_, { directory: root, environment: environment(), log });
}
