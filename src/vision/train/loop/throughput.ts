/** Starts measuring throughput in images per second. The returned function takes the number of samples seen so far. */
export function startThroughput(samples: number): (samplesNow: number) => string {
  const since = performance.now();
  return (now) => {
    const perSecond = ((now - samples) * 1000) / Math.max(1, performance.now() - since);
    return `${perSecond.toFixed(perSecond < 10 ? 1 : 0)} images/s`;
  };
}
