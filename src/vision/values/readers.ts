import type { ValueReader } from '../../shared/extensions/values.ts';
import { eventValues } from './events.ts';
import { kerasValues } from './keras.ts';
import { weightValues } from './weights.ts';

/** Readers for the artifacts of the vision stages. */
export const valueReaders: readonly ValueReader[] = [weightValues, kerasValues, eventValues];
