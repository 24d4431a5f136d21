/** How TensorFlow computes: as one graph a step, or op by op from JavaScript, which is slower and the graph's reference. */
export const executionModes = ['graph', 'eager'] as const;

export type ExecutionMode = (typeof executionModes)[number];
