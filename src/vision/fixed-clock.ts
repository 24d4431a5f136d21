/** Stops the clock of `Date.now()` until the returned function is called. For packages that store when they were called. */
export function fixClock(): () => void {
  const { now } = Date;
  Date.now = () => 0;
  return () => {
    Date.now = now;
  };
}
