import { spawnSync } from 'node:child_process';
import { type Handle, handleOf, ownHandle } from '../../src/shared/holder.ts';

/** Returns the handle of a process on this machine that has ended. */
export function deadHandle(): Handle {
  return handleOf(spawnSync('true').pid).replace(/start=\d*/, 'start=1') as Handle;
}

/** Returns the handle of an ended process that had the same process id as this one. */
export function reusedHandle(): Handle {
  return ownHandle().replace(/start=\d*/, 'start=1') as Handle;
}

/** Returns the handle of the parent process, which outlives this one. */
export function parentHandle(): Handle {
  return handleOf(process.ppid);
}

/** Returns the handle of a process in another container on the machine `elsewhere`, whose liveness is unknown. */
export function foreignHandle(pid = 1): Handle {
  return ownHandle()
    .replace(/pid=\d+/, `pid=${pid}`)
    .replace(/pidns=\d*/, 'pidns=7')
    .replace(/host=[^,]*/, 'host=elsewhere') as Handle;
}
