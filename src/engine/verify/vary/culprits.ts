/**
 * Finds the items that make a difference, given that all of them together do and none of them does not. Halves the list
 * for each, so that it takes about as many tries as the logarithm of its length says.
 *
 * @param differs whether these items together make a difference.
 * @returns the culprits, each with the items with which it was found: all of them may be needed for it to show.
 */
export async function findCulprits<Item>(
  items: readonly Item[],
  differs: (items: readonly Item[]) => Promise<boolean>,
): Promise<readonly { readonly culprit: Item; readonly among: readonly Item[] }[]> {
  const found: { culprit: Item; among: readonly Item[] }[] = [];
  let rest = items;
  do {
    // The first `low` items make no difference, the first `high` items do.
    let [low, high] = [0, rest.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (await differs(rest.slice(0, middle))) high = middle;
      else low = middle;
    }
    const among = rest.slice(0, high);
    for (const culprit of among.slice(-1)) found.push({ culprit, among });
    rest = rest.filter((_item, index) => index !== high - 1);
  } while (rest.length > 0 && (await differs(rest)));
  return found;
}
