/** The numbers of fields in tensorflow/core/util/event.proto and tensorflow/core/framework/summary.proto. */
export const EVENT = { step: 2, version: 3, summary: 5 } as const;
export const SUMMARY = { value: 1 } as const;
export const SUMMARY_VALUE = { tag: 1, simpleValue: 2 } as const;
