import type { ComponentChild } from 'preact';

/** An output of a run that is still in the cache. */
export interface ReportArtifact {
  readonly stage: string;
  readonly output: string;
  /** The file name that the stage gave it: `history.json`. */
  readonly file: string;
  readonly kind: 'file' | 'directory';
  /** Absolute. */
  readonly path: string;
}

/** The metric by which a run is judged. */
export interface Headline {
  readonly name: string;
  readonly value: number;
  readonly interval?: readonly [number, number] | undefined;
}

/** One element of a report. */
export interface ReportSection {
  /** The fragment of its address. */
  readonly id: string;
  readonly title: string;
  readonly content: ComponentChild;
}

/** Adds what it knows about the artifacts of a run to its report. It is given all of them, in the order of the stages. */
export interface ReportSource {
  headline(artifacts: readonly ReportArtifact[]): Headline | undefined;
  /**
   * Returns its elements in the order in which they are shown.
   *
   * @param before the artifacts of the run that this one is compared with, if there is one.
   */
  sections(
    artifacts: readonly ReportArtifact[],
    before: readonly ReportArtifact[] | undefined,
  ): Promise<readonly ReportSection[]>;
}
