import { dirname, join, relative, resolve } from 'node:path';
import { shellQuoted } from '../../../shared/text/shell-quoted.ts';
import { openConsole, reportProblems } from '../console.ts';
import { EXIT } from '../exit.ts';
import type { CommonOptions } from '../options.ts';
import { newFiles } from './init-files.ts';
import { findPackages } from './init-packages.ts';
import { findTemplate } from './init-templates.ts';
import { writeNewFiles } from './write-new-files.ts';

export interface InitOptions extends CommonOptions {
  readonly template: string;
}

/** `pipeline init`: creates a working pipeline from a template, as a starting point for a new project. */
export async function init(directory: string | undefined, options: InitOptions): Promise<number> {
  const target = resolve(directory ?? '.');
  const dist = dirname(options.engine.stageApi);
  const template = findTemplate(join(dist, 'examples'), options.template);
  if (!template.ok) return reportProblems(template.failure, options);
  const surroundings = findPackages(target, dirname(dist), template.value.packages ?? []);
  const shown = (path: string) => relative(process.cwd(), join(target, path));
  const written = writeNewFiles(target, newFiles(target, template.value.folder, surroundings), shown);
  if (!written.ok) return reportProblems(written.failure, options);

  const folder = relative(process.cwd(), target);
  const installed = shellQuoted(relative(target, dirname(surroundings.schema)));
  const next = [
    ...(folder === '' ? [] : [`cd ${shellQuoted(folder)}`]),
    ...surroundings.install,
    ...(template.value.next ?? []).map((step) => step.replaceAll('{dist}', installed)),
    'npx pipeline run',
  ];
  const { print, printJson, paint } = openConsole(options);
  printJson({ type: 'initialized', directory: target, files: written.value, next });
  for (const path of written.value) print(`${paint('green', '✓')} ${shown(path)}`);
  const advice = 'Then change a param in pipeline.yaml, and see which stages would rerun, and why: npx pipeline status';
  for (const step of [...next, advice]) print(`${paint('cyan', '→')} ${step}`);
  return EXIT.ok;
}
