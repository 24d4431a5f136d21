import { setMaxListeners } from 'node:events';
import { Interruption } from '../execute/interruption.ts';
import { EXIT } from './exit.ts';

/** The signals that end a command: Ctrl-C, `kill`, a closed terminal, Ctrl-\. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** Returns a signal that is aborted by Ctrl-C. A second Ctrl-C ends the process immediately. */
export function interruptible(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  // Each stage of a run listens, and there may be thousands.
  setMaxListeners(0, controller.signal);
  const interrupt = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort(new Interruption(signal));
  };
  for (const signal of ENDING) process.on(signal, interrupt);
  return {
    signal: controller.signal,
    release: () => {
      for (const signal of ENDING) process.off(signal, interrupt);
    },
  };
}
