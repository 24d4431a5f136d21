import type { Pass } from './pass.ts';
import { tracePass } from './trace/trace-pass.ts';

/** The passes of `pipeline verify --strict`, in the order in which they run. */
export const STRICT_PASSES: readonly Pass[] = [tracePass];
