/**
 * Makes what is written to stdout and stderr arrive before the call returns. Otherwise what the runner has not read yet
 * is lost when the process exits or is killed, and it is kept in memory without a limit.
 */
export function blockOutput(): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const descriptor = Object.getOwnPropertyDescriptor(process, name);
    // Most stages print nothing, and to create a stream takes a millisecond or two.
    if (descriptor?.get !== undefined)
      Object.defineProperty(process, name, { ...descriptor, get: blocking(descriptor.get) });
  }
}

function blocking(create: () => unknown): () => unknown {
  let stream: unknown;
  return () => {
    if (stream === undefined) {
      stream = create.call(process);
      setBlocking(stream);
    }
    return stream;
  };
}

/** Node has no public way to do this. Without it, output is as Node writes it. */
function setBlocking(stream: unknown): void {
  const handle: unknown = typeof stream === 'object' && stream !== null ? Reflect.get(stream, '_handle') : undefined;
  if (typeof handle !== 'object' || handle === null) return;
  const set: unknown = Reflect.get(handle, 'setBlocking');
  if (typeof set === 'function') Reflect.apply(set, handle, [true]);
}
