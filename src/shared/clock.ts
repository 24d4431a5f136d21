/** Returns a monotonic time in milliseconds. `performance.now()` would take most of a millisecond to load. */
export function now(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

/** Returns the seconds since `started`, a value of `now()`, rounded to milliseconds. */
export function secondsSince(started: number): number {
  return Math.round(now() - started) / 1000;
}
