import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** How a session computes. */
export interface SessionOptions {
  /** The number of ops that run at once. It does not change results. By default one a core. */
  readonly interOpThreads?: number | undefined;
  /**
   * The number format of convolutions and matrix products. The weights, the loss and the moving averages are float32 in
   * any case.
   */
  readonly precision?: Precision | undefined;
  /** Whether XLA compiles the graph. */
  readonly xla?: boolean | undefined;
}

export const precisions = ['float32', 'mixed_bfloat16', 'mixed_float16'] as const;

export type Precision = (typeof precisions)[number];

/**
 * Encodes TensorFlow's `ConfigProto` (tensorflow/core/protobuf/config.proto and rewriter_config.proto).
 *
 * Grappler's memory optimizer is off: it turns additions into accumulation in order of arrival, so that with several
 * inter-op threads the last digits differ from run to run.
 */
export function configProto({ interOpThreads, precision = 'float32', xla = false }: Required<SessionOptions>) {
  const writer = new BinaryWriter().tag(Field.interOpThreads, WireType.Varint).int32(interOpThreads ?? 0);
  writer.tag(Field.graphOptions, WireType.LengthDelimited).fork();
  if (xla) {
    writer.tag(Field.optimizerOptions, WireType.LengthDelimited).fork();
    writer.tag(Field.globalJitLevel, WireType.Varint).int32(JIT_ON).join();
  }
  writer.tag(Field.rewriteOptions, WireType.LengthDelimited).fork();
  writer.tag(Field.memoryOptimization, WireType.Varint).int32(NO_MEMORY_OPTIMIZATION);
  if (precision === 'mixed_float16') writer.tag(Field.autoMixedFloat16, WireType.Varint).int32(ON);
  if (precision === 'mixed_bfloat16') writer.tag(Field.autoMixedBfloat16, WireType.Varint).int32(ON);
  return writer.join().join().finish();
}

/** Numbers of fields, each in the message that it belongs to. */
const Field = {
  interOpThreads: 5,
  graphOptions: 10,
  optimizerOptions: 3,
  rewriteOptions: 10,
  globalJitLevel: 5,
  memoryOptimization: 4,
  autoMixedFloat16: 23,
  autoMixedBfloat16: 31,
} as const;

const NO_MEMORY_OPTIMIZATION = 1;
const ON = 1;
const JIT_ON = 1;
