import { Field, Float32, Float64, List, Uint8, Utf8 } from 'apache-arrow';
import type { Json } from '../../shared/json.ts';
import { parseJson } from '../../shared/parse-json.ts';
import { type Result, success } from '../../shared/problem.ts';
import {
  float32ListColumn,
  float64Column,
  int32Column,
  textColumn,
  uint8Column,
  writeArrowTable,
} from '../data/tables/arrow-file.ts';
import { readArrowTable } from '../data/tables/arrow-table.ts';
import { LABEL_KINDS, type LabelKind } from '../data/tables/label-kind.ts';
import type { Targets } from '../data/tables/targets.ts';
import type { PredictedLabel } from './collect-predictions.ts';
import { indexOfLargest } from './metrics/task-predictions.ts';

/** How a label is shown in the table. */
export interface LabelRow extends PredictedLabel {
  /** What the model answers, written as a label. */
  readonly answerText: string;
  readonly loss: number;
}

