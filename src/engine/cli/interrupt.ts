import { readFileSync } from 'node:fs';
import { Interruption } from '../execute/interruption.ts';
import { EXIT } from './exit.ts';

/** The signals that end a command: Ctrl-C, `kill`, a closed terminal, Ctrl-\. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
/** The bit of SIGHUP in the masks of `/proc`. */
const HANGUP_BIT = 1n;

/** Returns a signal that is aborted by Ctrl-C. A second Ctrl-C ends the process immediately. */
export function interruptible(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const interrupt = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort(new Interruption(signal));
  };
  const watched = ENDING.filter((signal) => signal !== 'SIGHUP' || !ignoresHangup());
  for (const signal of watched) process.on(signal, interrupt);
  return {
    signal: controller.signal,
    release: () => {
      for (const signal of watched) process.off(signal, interrupt);
    },
  };
}

/** Returns whether the command was started by `nohup`, which a handler of its own would undo. */
function ignoresHangup(): boolean {
  try {
    const [, ignored = '0'] = /^SigIgn:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    return (BigInt(`0x${ignored}`) & HANGUP_BIT) !== 0n;
  } catch {
    // Without /proc: `nohup` redirects what would go to a terminal.
    return !(process.stdout.isTTY || process.stderr.isTTY);
  }
}
