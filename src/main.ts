import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mainCommand } from './engine/cli/main-command.ts';
import type { Extensions } from './shared/extensions/extensions.ts';
import { tensorFlowFacts } from './vision/tensorflow/runtime-facts.ts';

/** Written by the build: a digest of all that the command is built from. */
declare const BUILD: string;

/** What the vision half tells the engine. This is the only module that imports both. */
const extensions: Extensions = {
  runtimeFacts: [tensorFlowFacts],
  viewers: async () => (await import('./vision/inspect/viewers.ts')).viewers,
  doctorChecks: async () => (await import('./vision/doctor/checks.ts')).doctorChecks,
  setupSteps: async () => (await import('./vision/setup/steps.ts')).setupSteps,
};

// No top-level await: the command is bundled as CommonJS.
void mainCommand(process.argv.slice(2), { folder: dirname(fileURLToPath(import.meta.url)), build: BUILD, extensions });
