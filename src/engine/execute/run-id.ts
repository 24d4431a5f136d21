import { randomBytes } from 'node:crypto';

/** Sorts by time, to the millisecond; two runs of the same one differ. */
export function newRunId(): string {
  const now = new Date();
  const time = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${time}-${now.getMilliseconds().toString(16).padStart(3, '0')}${randomBytes(2).toString('hex')}`;
}
