import type { Benchmark } from './benchmark.ts';

/** The benchmarks that `npm run bench` lists. */
export const benchmarks: readonly Benchmark[] = [
  {
    name: 'runners',
    summary: 'the runner vs. DVC, Snakemake, Turborepo and wireit: nothing changed, an edit, a restore, many files',
    load: async () => (await import('./runners.ts')).runners,
  },
  {
    name: 'hashing',
    summary: 'digests of a large file and of 10,000 files vs. plain SHA-256',
    load: async () => (await import('./hashing.ts')).hashing,
  },
  {
    name: 'ingest',
    summary: 'ingest and encode-targets on a label file of the size of FashionAI vs. pandas',
    load: async () => (await import('./ingest.ts')).ingest,
  },
  {
    name: 'resize',
    summary: 'photographs to shards vs. OpenCV, Pillow and tf.data: images/s on two cores, memory for 20,000 images',
    load: async () => (await import('./resize.ts')).resize,
  },
  {
    name: 'shard-read',
    summary: 'shuffled batches from shards vs. raw reads and tf.data on TFRecords, memory for 20,000 images',
    load: async () => (await import('./shard-read.ts')).shardRead,
  },
  {
    name: 'remote',
    summary: 'a remote cache on S3 vs. rclone (1 GB) and DVC (10,000 files), and a run that needs nothing from it',
    load: async () => (await import('./remote.ts')).remote,
  },
  {
    name: 'graph-size',
    summary: 'a graph of 10,000 stages vs. one of 100: time and memory when nothing changed',
    load: async () => (await import('./graph-size.ts')).graphSize,
  },
  {
    name: 'keras-weights',
    summary: "loading the 215 MB of weights of InceptionResNetV2 from Keras files vs. Keras' load_weights",
    load: async () => (await import('./keras-weights.ts')).kerasWeights,
  },
  {
    name: 'training-step',
    summary: 'a training step and a prediction of the large backbones vs. Keras on the same TensorFlow',
    load: async () => (await import('./training-step.ts')).trainingStep,
  },
  {
    name: 'first-step',
    summary: 'time from process start to the end of the first training step, and peak memory, vs. Keras',
    load: async () => (await import('./first-step.ts')).firstStep,
  },
  {
    name: 'device-busy',
    summary: 'how much of the time an NVIDIA GPU computes while NASNetLarge is trained at 331 px in mixed_float16',
    load: async () => (await import('./device-busy.ts')).deviceBusy,
  },
];
