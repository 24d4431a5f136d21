import { randomBytes } from 'node:crypto';

/** Returns a unique run id, which sorts by time to the millisecond: `20261128-121500-1f3a2b4`. */
export function newRunId(): string {
  const now = new Date();
  const time = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '-');
  return `${time}-${now.getMilliseconds().toString(16).padStart(3, '0')}${randomBytes(2).toString('hex')}`;
}
