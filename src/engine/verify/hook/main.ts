/** Preloaded into the process of a stage and into its threads, before their own code. */

import { syncBuiltinESMExports } from 'node:module';
import { observeClock, observeRandom } from './clock-and-random.ts';
import { observeEnvironment } from './environment.ts';
import { observeFiles } from './files.ts';
import { observeMachine } from './machine.ts';
import { observeNetwork, observePrograms } from './network-and-programs.ts';
import type { HookSettings } from './note.ts';
import { Recorder } from './recorder.ts';

/** Notes from now on what the code of this thread asks for. */
export function observe(settings: HookSettings): void {
  const recorder = new Recorder(settings);
  observeFiles(recorder);
  observeEnvironment(recorder);
  observeClock(recorder);
  observeRandom(recorder);
  observeMachine(recorder);
  observeNetwork(recorder);
  observePrograms(recorder);
  // Modules that import single functions get the observed ones.
  syncBuiltinESMExports();
}
