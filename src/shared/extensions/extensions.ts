import type { DoctorCheck } from './doctor-check.ts';
import type { RuntimeFacts } from './runtime-facts.ts';
import type { SetupStep } from './setup-step.ts';
import type { Viewer } from './viewer.ts';

/**
 * What the engine is told by those who know particular packages and artifacts. `src/main.ts` fills it. What is seldom
 * needed is loaded when it is asked for: starting up is all that a run costs in which nothing has changed.
 */
export interface Extensions {
  readonly runtimeFacts: readonly RuntimeFacts[];
  readonly viewers: () => Promise<readonly Viewer[]>;
  readonly doctorChecks: () => Promise<readonly DoctorCheck[]>;
  readonly setupSteps: () => Promise<readonly SetupStep[]>;
}
