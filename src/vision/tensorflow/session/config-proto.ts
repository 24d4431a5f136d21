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
  const rewriter = [
    ...number(Field.memoryOptimization, NO_MEMORY_OPTIMIZATION),
    ...(precision === 'mixed_float16' ? number(Field.autoMixedFloat16, ON) : []),
    ...(precision === 'mixed_bfloat16' ? number(Field.autoMixedBfloat16, ON) : []),
  ];
  const graph = [
    ...(xla ? message(Field.optimizerOptions, number(Field.globalJitLevel, JIT_ON)) : []),
    ...message(Field.rewriteOptions, rewriter),
  ];
  return Uint8Array.from([...number(Field.interOpThreads, interOpThreads ?? 0), ...message(Field.graphOptions, graph)]);
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

function number(field: number, value: number): number[] {
  return [...varint(field << 3), ...varint(value)];
}

function message(field: number, bytes: readonly number[]): number[] {
  return [...varint((field << 3) | 2), ...varint(bytes.length), ...bytes];
}

/** Protocol Buffers' encoding of an integer that is not negative: seven bits a byte, the lowest first. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)];
}
