/** One line of `pipeline doctor`. */
export interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do if it is not ok, or is optional and missing. */
  readonly advice?: string;
}

/** Looks at something that stages need. Its findings come after those on the machine, in the order of registration. */
export interface DoctorCheck {
  /** `root`: the folder of the pipeline file, whose packages are looked at. */
  run(root: string): Promise<readonly Finding[]>;
}
