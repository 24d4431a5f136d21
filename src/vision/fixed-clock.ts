let holders = 0;
let real = Date.now;

/**
 * Stops the clock of `Date.now()` until the returned function is called. For packages that store when they were called.
 * Whoever stops it while it is stopped already keeps it so: it goes on when the last one has released it.
 */
export function fixClock(): () => void {
  if (holders === 0) real = Date.now;
  holders += 1;
  Date.now = () => 0;
  return () => {
    holders -= 1;
    if (holders === 0) Date.now = real;
  };
}
