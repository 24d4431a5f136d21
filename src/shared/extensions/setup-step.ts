import type { Result } from '../problem.ts';

/** Shows what a set-up is doing. */
export interface SetupProgress {
  /** Says what is being done from now on. */
  begin(label: string): void;
  /** Says how much of it is done, in any unit. */
  update(done: number, total: number): void;
}

/** Installs what the packages of a project need beyond what npm installs: one step of `pipeline setup`. */
export interface SetupStep {
  /** As `pipeline doctor` calls it. */
  readonly name: string;
  /**
   * Sets it up; does nothing, quickly, if it is set up already.
   *
   * @param root the folder of the pipeline file, from which stages import their packages.
   * @returns what is installed now, in one line.
   */
  run(root: string, progress: SetupProgress): Promise<Result<string>>;
}
