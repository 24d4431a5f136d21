/** How TensorFlow runs: each step as one graph, or op by op from JavaScript (slower; the reference for the graph). */
export const executionModes = ['graph', 'eager'] as const;

export type ExecutionMode = (typeof executionModes)[number];
