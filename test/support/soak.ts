/**
 * Whether the long tests run in full: `npm run test:soak`. `npm test` runs the same code with fewer rounds, so that it
 * ends within ten minutes on two cores.
 */
export const isSoak = process.env['PIPELINE_SOAK'] === '1';

/** The first of each `every` items, or with `npm run test:soak` all. */
export function sample<Item>(items: readonly Item[], every: number): readonly Item[] {
  return isSoak ? items : items.filter((_, index) => index % every === 0);
}
