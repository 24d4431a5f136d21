import type { CoreApi } from './core.ts';
import type { Pointer } from './library.ts';

/** Calls a function that sets a status, and throws the error that the status has afterwards. */
export function checked<Value>(c: CoreApi, call: (status: Pointer) => Value): Value {
  const status = c.newStatus();
  try {
    const value = call(status);
    throwIfFailed(c, status);
    return value;
  } finally {
    c.deleteStatus(status);
  }
}

/** The same for a function that runs on a thread of its own and then calls `done`. */
export async function checkedAsync(
  c: CoreApi,
  call: (status: Pointer, done: (error: Error | null) => void) => void,
): Promise<void> {
  const status = c.newStatus();
  try {
    await new Promise<void>((resolve, reject) => {
      call(status, (error) => (error === null ? resolve() : reject(error)));
    });
    throwIfFailed(c, status);
  } finally {
    c.deleteStatus(status);
  }
}

/** Throws TensorFlow's message unless the status is OK. */
export function throwIfFailed(c: CoreApi, status: Pointer): void {
  if (c.statusCode(status) !== 0) throw new Error(c.statusMessage(status));
}
