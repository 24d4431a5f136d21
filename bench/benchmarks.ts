import type { Benchmark } from './benchmark.ts';

/** What `npm run bench` lists. Each is a module of its own. */
export const benchmarks: readonly Benchmark[] = [
  {
    name: 'runners',
    summary: 'the runner beside DVC, Snakemake, Turborepo and wireit: nothing changed, an edit, a restore, many files',
    load: async () => (await import('./runners.ts')).runners,
  },
  {
    name: 'hashing',
    summary: "digests of a large file and of 10,000 files beside SHA-256's own speed",
    load: async () => (await import('./hashing.ts')).hashing,
  },
  {
    name: 'ingest',
    summary: "a label file of FashionAI's size through ingest and encode-targets beside pandas",
    load: async () => (await import('./ingest.ts')).ingest,
  },
  {
    name: 'resize',
    summary: 'photographs to shards beside OpenCV, Pillow and tf.data: images a second on two cores, memory of 20,000',
    load: async () => (await import('./resize.ts')).resize,
  },
  {
    name: 'shard-read',
    summary: 'shuffled batches from shards beside raw reads and tf.data on TFRecords, memory of 20,000 images',
    load: async () => (await import('./shard-read.ts')).shardRead,
  },
  {
    name: 'graph-size',
    summary: 'a graph of 10,000 stages beside one of 100: time and memory when nothing changed',
    load: async () => (await import('./graph-size.ts')).graphSize,
  },
  {
    name: 'keras-weights',
    summary: "loading InceptionResNetV2's 215 MB of weights from Keras' files beside Keras' own load_weights",
    load: async () => (await import('./keras-weights.ts')).kerasWeights,
  },
  {
    name: 'training-step',
    summary: 'a training step and a prediction of the large backbones beside Keras on the same TensorFlow',
    load: async () => (await import('./training-step.ts')).trainingStep,
  },
  {
    name: 'first-step',
    summary: 'from the start of the process to the end of the first training step, and peak memory, beside Keras',
    load: async () => (await import('./first-step.ts')).firstStep,
  },
];
