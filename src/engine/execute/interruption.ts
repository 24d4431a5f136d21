import type { Emit } from './events.ts';

/** The reason why a run is cancelled: a signal of the operating system. */
export class Interruption extends Error {
  override readonly name = 'AbortError';
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`interrupted by ${signal}`);
    this.signal = signal;
  }
}

/** Returns the signal by which a run was cancelled. */
export function interruptionOf({ reason }: AbortSignal): NodeJS.Signals {
  return reason instanceof Interruption ? reason.signal : 'SIGTERM';
}

/** Emits an event as soon as the run is cancelled. Returns a function that ends this. */
export function announceStop(signal: AbortSignal, emit: Emit): () => void {
  const announce = () => emit({ type: 'run-stopping', signal: interruptionOf(signal) });
  signal.addEventListener('abort', announce, { once: true });
  return () => signal.removeEventListener('abort', announce);
}
