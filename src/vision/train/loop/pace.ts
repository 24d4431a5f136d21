/** Tells how many images a second are learnt from, counted from `samples` on. */
export function startPace(samples: number): (samplesNow: number) => string {
  const since = performance.now();
  return (now) => {
    const perSecond = ((now - samples) * 1000) / Math.max(1, performance.now() - since);
    return `${perSecond.toFixed(perSecond < 10 ? 1 : 0)} images/s`;
  };
}
