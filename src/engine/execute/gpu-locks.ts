import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attemptLock, Silence } from '../../shared/file-lock.ts';
import { describeHandle } from '../../shared/holder.ts';
import { failure, type Result, success } from '../../shared/problem.ts';

/** GPUs that are allocated until they are given back. */
export interface HeldGpus {
  /** As CUDA_VISIBLE_DEVICES names them. */
  readonly names: readonly string[];
  giveBack(): void;
}

/** Allocates GPUs. */
export interface Gpus {
  /** Takes `count` GPUs. If others hold too many, takes none and fails with a description of the holders. */
  take(count: number): Result<HeldGpus, string>;
}

/** The GPUs that a scheduler has allocated to this process alone. Their names may be the same in each job. */
export class OwnGpus implements Gpus {
  readonly #names: () => readonly string[];

  constructor(names: () => readonly string[]) {
    this.#names = names;
  }

  take(count: number): Result<HeldGpus, string> {
    return success({ names: count === 0 ? [] : this.#names().slice(0, count), giveBack: () => undefined });
  }
}

/** Returns the directory for the GPU locks of all runs of a user on this machine, whatever cache they use. */
export function gpuLockDirectory(environment: NodeJS.ProcessEnv): string {
  const runtime = environment['XDG_RUNTIME_DIR'];
  // Not os.userInfo(): it throws for a user id without a name, which containers often run with.
  return runtime ? join(runtime, 'pipeline-gpus') : join(tmpdir(), `pipeline-gpus-${process.getuid?.() ?? 'all'}`);
}

/** Allocates the GPUs of a machine to the runs on it, by a lock file for each GPU. */
export class GpuLocks implements Gpus {
  readonly #directory: string;
  readonly #names: () => readonly string[];
  /** The GPUs that this run holds: name → release of its lock. */
  readonly #held = new Map<string, () => void>();
  /** By lock file, how long the heartbeat of its holder has been missing. */
  readonly #silences = new Map<string, Silence>();

  /** @param names returns the names of all GPUs that are visible to this run. */
  constructor(directory: string, names: () => readonly string[]) {
    this.#directory = directory;
    this.#names = names;
  }

  take(count: number): Result<HeldGpus, string> {
    // Most stages want none: then the machine is not searched for them.
    if (count === 0) return success({ names: [], giveBack: () => undefined });
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
      return failure(
        attempt.failure === 'unreadable' ? `an unknown process (${path})` : describeHandle(attempt.failure),
      );
    } catch {
      // If no lock can be written, the GPUs are at least divided among the stages of this run.
      return success(() => undefined);
    }
  }
}
