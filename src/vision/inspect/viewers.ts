import type { Viewer } from '../../shared/extensions/viewer.ts';
import { classCountsViewer } from './class-counts.ts';
import { modelViewer } from './model/viewer.ts';
import { quarantineViewer } from './quarantine.ts';

/** The viewers for what the stages of this half put out. */
export const viewers: readonly Viewer[] = [modelViewer, classCountsViewer, quarantineViewer];
