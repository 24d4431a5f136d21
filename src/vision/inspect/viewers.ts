import type { Viewer } from '../../shared/extensions/viewer.ts';
import { classCountsViewer } from './class-counts.ts';
import { evaluatedSamplesViewer } from './evaluated-samples.ts';
import { evaluationViewer } from './evaluation/viewer.ts';
import { historyViewer } from './history.ts';
import { modelViewer } from './model/viewer.ts';
import { quarantineViewer } from './quarantine.ts';

/** The viewers for the artifacts of the vision stages. */
export const viewers: readonly Viewer[] = [
  modelViewer,
  classCountsViewer,
  evaluationViewer,
  historyViewer,
  evaluatedSamplesViewer,
  quarantineViewer,
];
