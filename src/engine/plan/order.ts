/** Sorts the nodes topologically, or returns a dependency cycle. Stable: ties keep the given order. */
export function order(
  nodes: Iterable<string>,
  dependenciesOf: (node: string) => readonly string[],
):
  | { readonly ok: true; readonly value: readonly string[] }
  | { readonly ok: false; readonly failure: readonly string[] } {
  const sorted: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  for (const start of nodes) {
    if (state.has(start)) continue;
    // An explicit stack, because a chain of ten thousand stages would exhaust the call stack.
    const stack = [{ node: start, rest: dependenciesOf(start), next: 0 }];
    state.set(start, 'open');
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.rest[top.next++];
      if (next === undefined) {
        state.set(top.node, 'done');
        sorted.push(top.node);
        stack.pop();
      } else if (state.get(next) === 'open') {
        const path = stack.map((entry) => entry.node);
        return { ok: false, failure: [...path.slice(path.indexOf(next)), next] };
      } else if (!state.has(next)) {
        state.set(next, 'open');
        stack.push({ node: next, rest: dependenciesOf(next), next: 0 });
      }
    }
  }
  return { ok: true, value: sorted };
}
