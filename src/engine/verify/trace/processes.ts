import type { SystemCall } from './system-calls.ts';

/** A process of a stage. */
export interface TracedProcess {
  readonly id: number;
  /** The process that has started it; absent for the first one. */
  readonly parent?: TracedProcess;
  /** The program that it runs, absolute. It changes when it runs another one. */
  program: string;
  /** Absolute. */
  cwd: string;
}

/** Which thread or process has started which, as their calls show. */
export class Family {
  readonly #parents = new Map<number, { readonly id: number; readonly isThread: boolean }>();

  /** Notes the start of a thread or a process. Its own first calls may have been recorded before that one. */
  note({ thread, name, args, result }: SystemCall): void {
    if (!/^(clone|clone3|fork|vfork)$/.test(name)) return;
    const started = Number.parseInt(result, 10);
    if (started > 0) this.#parents.set(started, { id: thread, isThread: args.join(' ').includes('CLONE_THREAD') });
  }

  /** Returns the process to which a thread belongs. */
  processOf(thread: number): number {
    const parent = this.#parents.get(thread);
    return parent?.isThread ? this.processOf(parent.id) : thread;
  }

  parentOf(process: number): number | undefined {
    const parent = this.#parents.get(process);
    return parent && this.processOf(parent.id);
  }
}

/** The processes of a stage while its log is read. */
export class Processes {
  readonly #family: Family;
  readonly #known = new Map<number, TracedProcess>();
  readonly #cwd: string;

  /** @param cwd the working directory of the first process. Absolute. */
  constructor(family: Family, cwd: string) {
    this.#family = family;
    this.#cwd = cwd;
  }

  of(thread: number): TracedProcess {
    return this.#withId(this.#family.processOf(thread));
  }

  #withId(id: number): TracedProcess {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const parentId = this.#family.parentOf(id);
    const parent = parentId === undefined ? undefined : this.#withId(parentId);
    const added = { id, ...(parent && { parent }), program: parent?.program ?? '', cwd: parent?.cwd ?? this.#cwd };
    this.#known.set(id, added);
    return added;
  }
}
