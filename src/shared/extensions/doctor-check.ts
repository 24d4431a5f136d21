/** One line of `pipeline doctor`. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do if the check failed, or if something optional is missing. */
  readonly advice?: string;
}

/** Checks something that stages need. Its findings follow those about the machine, in the order of registration. */
export interface DoctorCheck {
  /** @param root the folder of the pipeline file, whose installed packages are checked. */
  run(root: string): Promise<readonly Finding[]>;
}
