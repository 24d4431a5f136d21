import { spawnSync } from 'node:child_process';
import { type Handle, handleOf, ownHandle } from '../../src/shared/holder.ts';

/** A process of this machine that has ended. */
export function deadHandle(): Handle {
  return handleOf(spawnSync('true').pid).replace(/start=\d*/, 'start=1') as Handle;
}

/** A process that had the id of this one before. */
export function reusedHandle(): Handle {
  return ownHandle().replace(/start=\d*/, 'start=1') as Handle;
}

/** The process that started this one, which lives as long. */
export function parentHandle(): Handle {
  return handleOf(process.ppid);
}

/** A process in another container on a machine of this name: nothing can be seen of it from here. */
export function foreignHandle(pid = 1): Handle {
  return ownHandle()
    .replace(/pid=\d+/, `pid=${pid}`)
    .replace(/pidns=\d*/, 'pidns=7')
    .replace(/host=[^,]*/, 'host=elsewhere') as Handle;
}
