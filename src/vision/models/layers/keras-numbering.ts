/** Returns a function that numbers names as Keras does: `conv2d`, `conv2d_1`, `conv2d_2`, … */
export function kerasNumbering(): (kind: string) => string {
  const counts = new Map<string, number>();
  return (kind) => {
    const count = counts.get(kind) ?? 0;
    counts.set(kind, count + 1);
    return count === 0 ? kind : `${kind}_${count}`;
  };
}
