/** The schema of the param `threads`. */
export const threadsParam = {
  description: 'The number of intra-op threads. Another number changes results by rounding errors.',
  type: 'integer',
  minimum: 1,
  default: 2,
} as const;
