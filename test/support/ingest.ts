import ingest from '../../stages/ingest.ts';
import { runStage, type StageOutcome } from './run-stage.ts';

/** Four samples of one task, one of them with a class labelled "m" (maybe). */
export const COATS = [
  'Images/coat/1.jpg,coat_length_labels,nyn',
  'Images/coat/2.jpg,coat_length_labels,nmy',
  'Images/coat/3.jpg,coat_length_labels,ynn',
  'Images/coat/4.jpg,coat_length_labels,nyn',
];

/** Runs the ingest stage with the seed 7. */
export function ingestOf(dataset: string, params: Readonly<Record<string, unknown>> = {}): Promise<StageOutcome> {
  return runStage(ingest, { params: { seed: 7, ...params }, inputs: { dataset } });
}
