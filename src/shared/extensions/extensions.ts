import type { DoctorCheck } from './doctor-check.ts';
import type { ReportSource } from './report.ts';
import type { RuntimeFacts } from './runtime-facts.ts';
import type { SetupStep } from './setup-step.ts';
import type { ValueReader } from './values.ts';
import type { Viewer } from './viewer.ts';

/**
 * Extension points of the engine, for knowledge about particular packages and artifacts. `src/main.ts` registers the
 * implementations. Rarely used ones are loaded on demand, since start-up dominates a run in which nothing has changed.
 */
export interface Extensions {
  readonly runtimeFacts: readonly RuntimeFacts[];
  readonly viewers: () => Promise<readonly Viewer[]>;
  readonly valueReaders: () => Promise<readonly ValueReader[]>;
  readonly reportSources: () => Promise<readonly ReportSource[]>;
  readonly doctorChecks: () => Promise<readonly DoctorCheck[]>;
  readonly setupSteps: () => Promise<readonly SetupStep[]>;
}
