/** Preloaded into the process of a stage by `node --import`. Its URL has the path of its settings. */

import { readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { observeClock, observeRandom } from './clock-and-random.ts';
import { observeEnvironment } from './environment.ts';
import { observeFiles } from './files.ts';
import { observeMachine } from './machine.ts';
import { observeNetwork, observePrograms } from './network-and-programs.ts';
import type { HookSettings } from './note.ts';
import { Recorder } from './recorder.ts';

const settings = new URL(import.meta.url).searchParams.get('settings') ?? '';
const recorder = new Recorder(JSON.parse(readFileSync(settings, 'utf8')) as HookSettings);
observeFiles(recorder);
observeEnvironment(recorder);
observeClock(recorder);
observeRandom(recorder);
observeMachine(recorder);
observeNetwork(recorder);
observePrograms(recorder);
// Modules that import single functions get the observed ones.
syncBuiltinESMExports();
