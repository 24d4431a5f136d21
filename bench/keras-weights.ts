import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { LayersModel } from '@tensorflow/tfjs-node-gpu';
import { kerasPython } from '../scripts/keras/environment.js';
import { type Result, success } from '../src/shared/problem.ts';
import { loadKerasWeights } from '../src/vision/keras/load-weights.ts';
import { buildClassifier } from '../src/vision/models/classifier.ts';
import { loadTensorFlow, type TensorFlow } from '../src/vision/tensorflow/load.ts';
import { Keras } from '../test/support/keras-process.ts';
import type { Bench, Row, RunBenchmark } from './benchmark.ts';

const ROUNDS = 7;
const GOAL = 1.5;
const TASKS = [{ name: 'coat_length', classes: 8 }];

/** Library, file and save call. The first is the layout of the files that Keras publishes. */
const FILES = [
  ['tf_keras', 'published.h5', 'save_weights(file, save_format="h5")'],
  ['keras', 'model.h5', 'save(file)'],
  ['keras', 'model.weights.h5', 'save_weights(file)'],
] as const;

/** Compares the time to load the same file into an existing model. */
export const kerasWeights: RunBenchmark = async (bench) => {
  const { rounds = ROUNDS, note } = bench;
  const python = await kerasPython(note, bench.root);
  if (!python.ok) return python;
  const tensorFlow = await loadTensorFlow({ intraOpThreads: 2 });
  if (!tensorFlow.ok) return tensorFlow;
  const tf = tensorFlow.value;
  const keras = new Keras(python.value, bench.root);
  try {
    note('building InceptionResNetV2');
    const architecture = { backbone: 'inception-resnet-v2', height: 299, width: 299, tasks: TASKS } as const;
    const model = buildClassifier(tf, architecture, { dropout: 0, seed: 1 });
    const rows: Row[] = [];
    for (const [library, name, save] of FILES) {
      const file = join(bench.scratch, name);
      note(`writing ${name} with ${library}`);
      await keras.run(WRITE, { library, save, file });
      const row: Row = {
        case: `${name}, ${(statSync(file).size / 1e6).toFixed(0)} MB`,
        peer: `${library} load_weights`,
        ours: [],
        theirs: [],
        unit: 'ms',
        goal: GOAL,
      };
      const measured = await measure({ ...bench, rounds }, { tf, model, keras, file, library }, row);
      if (!measured.ok) return measured;
      rows.push(measured.value);
    }
    return success(rows);
  } finally {
    keras.end();
  }
};

/** Keeps the model in memory for later requests. */
const WRITE = `
import importlib, sys
library = importlib.import_module(library)
models = sys.modules.setdefault('models_of_the_bench', type(sys)('models'))
if not hasattr(models, library.__name__):
    setattr(models, library.__name__, library.applications.InceptionResNetV2(include_top=False, weights=None, input_shape=(299, 299, 3)))
model = getattr(models, library.__name__)
exec('model.' + save)
`;

const LOAD = `
import sys, time
model = getattr(sys.modules['models_of_the_bench'], library)
started = time.perf_counter()
model.load_weights(file)
result = (time.perf_counter() - started) * 1000
`;

interface Parties {
  readonly tf: TensorFlow;
  readonly model: LayersModel;
  readonly keras: Keras;
  readonly file: string;
  readonly library: string;
}

async function measure(
  { rounds, note, scratch }: Bench & { readonly rounds: number },
  { tf, model, keras, file, library }: Parties,
  row: Row,
): Promise<Result<Row>> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    note(`${row.case}: ${round === 0 ? 'warming up' : `round ${round} of ${rounds}`}`);
    const started = performance.now();
    const loaded = await loadKerasWeights(tf, model, file, { heads: TASKS.map(({ name }) => name), scratch });
    if (!loaded.ok) return loaded;
    // TensorFlow.js copies values to TensorFlow when an op first uses them: do it here, so that it is measured.
    tf.tidy(() => model.weights.map((weight) => tf.reshape(weight.read(), [-1])));
    const taken = performance.now() - started;
    const theirsTaken = await keras.run<number>(LOAD, { library, file });
    if (round === 0) continue;
    ours.push(taken);
    theirs.push(theirsTaken);
  }
  return success({ ...row, ours, theirs });
}
