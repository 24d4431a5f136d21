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

/** The 95 % interval of a metric that a stage has reported. */
export interface MetricInterval {
  readonly stage: string;
  readonly metric: string;
  readonly interval: readonly [number, number];
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
  /** Returns the intervals of metrics that it knows from these artifacts. */
  intervals?(artifacts: readonly ReportArtifact[]): readonly MetricInterval[];
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
