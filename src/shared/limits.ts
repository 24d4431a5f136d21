/** What a limit of the system or of the shell is called, and what to do about it, by the code of the error. */
const LIMITS: Readonly<Record<string, readonly [message: string, advice: string]>> = {
  EMFILE: ['too many open files', 'Raise the limit (ulimit -n 4096), or run fewer stages at once (--jobs 1).'],
  ENFILE: ['too many open files on this machine', 'Close other programs, or raise the limit fs.file-max.'],
  EAGAIN: ['too many processes or threads', 'Raise the limit (ulimit -u), or run fewer stages at once (--jobs 1).'],
  ENOMEM: ['not enough memory', 'Raise the limit (ulimit -v, ulimit -m, the container), or run fewer stages at once.'],
  EFBIG: ['a file became larger than the limit', 'Raise the limit: ulimit -f unlimited.'],
};

/** Returns the code of an error that a limit may have caused. Node gives none when memory cannot be allocated. */
export function limitOf(error: Error): string | undefined {
  const memory = /out of memory|allocation failed|ERR_WORKER_OUT_OF_MEMORY|ERR_MEMORY_ALLOCATION_FAILED/i;
  const { code } = error as NodeJS.ErrnoException;
  return memory.test(`${code} ${error.message}`) ? 'ENOMEM' : code;
}

/** Returns the words for the code of an error that a limit has caused; nothing for other errors. */
export function describeLimit(code = ''): string | undefined {
  const [message] = LIMITS[code] ?? [];
  return message === undefined ? undefined : `${message} (${code})`;
}

/** Returns what to do about the limit that an error with this code has met. */
export function adviceOnLimit(code = ''): string | undefined {
  return LIMITS[code]?.[1];
}
