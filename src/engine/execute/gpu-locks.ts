import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attemptLock, Silence } from '../../shared/file-lock.ts';
import { describeHandle } from '../../shared/holder.ts';
import { failure, type Result, success } from '../../shared/problem.ts';

/** GPUs that were handed out, until they are given back. */
export interface HeldGpus {
  /** As CUDA_VISIBLE_DEVICES names them. */
  readonly names: readonly string[];
  giveBack(): void;
}

/** Where all runs of a user on this machine find each other's locks, whatever cache they use. */
export function gpuLockDirectory(environment: NodeJS.ProcessEnv): string {
  const runtime = environment['XDG_RUNTIME_DIR'];
  // Not os.userInfo(): it throws for a user id without a name, which containers often run with.
  return runtime ? join(runtime, 'pipeline-gpus') : join(tmpdir(), `pipeline-gpus-${process.getuid?.() ?? 'all'}`);
}

/** Shares the GPUs of a machine out between the runs on it: a lock file for each. */
export class GpuLocks {
  readonly #directory: string;
  readonly #names: () => readonly string[];
  /** By name how to unlock it, of those that this run holds. */
  readonly #held = new Map<string, () => void>();
  /** By lock file how long its holder has been silent. */
  readonly #silences = new Map<string, Silence>();

  /** `names`: of all GPUs that this run sees. */
  constructor(directory: string, names: () => readonly string[]) {
    this.#directory = directory;
    this.#names = names;
  }

  /** Takes `count` GPUs. If other runs hold too many, takes none, and says in words who holds them. */
  take(count: number): Result<HeldGpus, string> {
    const taken: string[] = [];
    const holders = new Set<string>();
    for (const name of this.#names()) {
      if (taken.length === count) break;
      if (this.#held.has(name)) continue;
      const unlock = this.#lock(name);
      if (unlock.ok) {
        this.#held.set(name, unlock.value);
        taken.push(name);
      } else holders.add(unlock.failure);
    }
    const giveBack = () => {
      for (const name of taken) {
        this.#held.get(name)?.();
        this.#held.delete(name);
      }
    };
    if (taken.length === count) return success({ names: taken, giveBack });
    giveBack();
    return failure([...holders].join(', '));
  }

  #lock(name: string): Result<() => void, string> {
    const path = join(this.#directory, `${name.replaceAll(/[^\w.-]/g, '_')}.lock`);
    const silence = this.#silences.get(path) ?? new Silence();
    this.#silences.set(path, silence);
    try {
      mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
      const attempt = attemptLock(path, silence);
      if (attempt.ok) return attempt;
      return failure(attempt.failure === 'unreadable' ? `somebody (${path})` : describeHandle(attempt.failure));
    } catch {
      // Where no lock can be written, at least the stages of this run share the GPUs out.
      return success(() => undefined);
    }
  }
}
