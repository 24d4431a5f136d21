import { writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { mainCommand } from './engine/cli/main-command.ts';
import type { Extensions } from './shared/extensions/extensions.ts';
import { adviceOnLimit, describeLimit, limitOf } from './shared/limits.ts';
import { printable } from './shared/text/output.ts';
import { tensorFlowFacts } from './vision/tensorflow/runtime-facts.ts';

/** Defined by the build: a digest of all sources of the command. */
declare const BUILD: string;

/** Registers the extensions of the vision half with the engine. This is the only module that imports both halves. */
const extensions: Extensions = {
  runtimeFacts: [tensorFlowFacts],
  viewers: async () => (await import('./vision/inspect/viewers.ts')).viewers,
  valueReaders: async () => (await import('./vision/values/readers.ts')).valueReaders,
  reportSources: async () => (await import('./vision/page/sources.tsx')).reportSources,
  doctorChecks: async () => (await import('./vision/doctor/checks.ts')).doctorChecks,
  setupSteps: async () => (await import('./vision/setup/steps.ts')).setupSteps,
};

// Node itself would print the line of the built file first, which is tens of kilobytes long.
process.on('uncaughtException', (error: NodeJS.ErrnoException) => {
  const { path } = error;
  const code = limitOf(error);
  const limit = describeLimit(code);
  const words = `error: ${path === undefined ? '' : `${path}: `}${limit}\n  → ${adviceOnLimit(code)}`;
  writeSync(2, `${printable(limit === undefined ? inspect(error) : words)}\n`);
  process.exit(1);
});

// No top-level await, since the command is bundled as CommonJS.
void mainCommand(process.argv.slice(2), { folder: dirname(fileURLToPath(import.meta.url)), build: BUILD, extensions });
