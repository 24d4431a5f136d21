import { renameSync, utimesSync } from 'node:fs';
import type { Project } from '../../support/project.ts';
import { checkEdits, edit } from './edits.ts';
import { TRAIN } from './fruit.ts';

const change = (path: string, from: string, to: string) => (project: Project) => project.edit(path, from, to);

checkEdits('after a change of code that is reached', [
  edit('the stage itself', TRAIN, change('stages/train.ts', 'round(later)', 'round(later) + 1')),
  edit(
    'the stage, with the same output (early cutoff)',
    ['train'],
    change('stages/train.ts', 'JSON.stringify([weights', 'JSON.stringify([[...weights]'),
  ),
  edit('a module two imports away', TRAIN, change('lib/factor.ts', '1.5', '1.6')),
  edit(
    'a module that two stages import',
    [...TRAIN],
    change('lib/round.ts', 'Math.round(value)', 'Math.round(value * 7)'),
  ),
  edit('a module behind a barrel', TRAIN, change('lib/weigh.ts', 'size * factor', 'size + factor')),
  edit('an enum', TRAIN, change('lib/kind.ts', 'sweet = 1', 'sweet = 3')),
  edit('a constant that decides a branch', TRAIN, change('lib/weigh.ts', 'sour = false', 'sour = true')),
  edit('a JSON file that is imported', TRAIN, change('lib/defaults.json', '0.5', '0.6')),
  edit('a module that is imported dynamically', TRAIN, change('lib/later.ts', '4.4', '5.5')),
  edit('the default of a param', TRAIN, change('stages/train.ts', 'default: 3', 'default: 4')),
  edit('another module behind a barrel', TRAIN, (project) => {
    project.write('lib/round2.ts', 'export const round = (value: number) => Math.floor(value * 9);\n');
    project.edit('lib/index.ts', './round.ts', './round2.ts');
  }),
  edit('an export that takes precedence over `export *`', TRAIN, (project) => {
    project.edit(
      'lib/index.ts',
      "export * from './weigh.ts';",
      "export * from './weigh.ts';\nexport const weigh = (size: number) => -size;",
    );
  }),
  edit('a side effect of a module', ['train'], change('lib/factor.ts', 'export', 'globalThis.process.title;\nexport')),
  edit('a function renamed, whose `name` the code could read', ['report', 'train'], (project) => {
    project.edit('lib/round.ts', 'function round', 'function nearest');
    project.edit('lib/index.ts', '{ round }', '{ nearest as round }');
    project.edit('stages/report.ts', '{ round }', '{ nearest as round }');
  }),
  edit('an import of a module for its side effects', ['train'], (project) => {
    project.write('lib/effect.ts', 'process.title = process.title;\n');
    project.edit('stages/train.ts', 'import { direct }', "import '../lib/effect.ts';\nimport { direct }");
  }),
  edit('a stage moved to another module with other code', TRAIN, (project) => {
    project.write('stages/train2.ts', project.read('stages/train.ts').replace('round(later)', '9'));
    project.edit('pipeline.yaml', 'stages/train.ts', 'stages/train2.ts');
  }),
]);

checkEdits('after a change of code without effect', [
  edit('a comment in the stage', [], change('stages/train.ts', '// Fits nothing at all.', '// Fits everything.')),
  edit('a comment two imports away', [], change('lib/factor.ts', 'export', '/** One and a half. */\nexport')),
  edit(
    'formatting',
    [],
    change('lib/round.ts', '{\n  return Math.round(value);\n}', '{ return Math . round ( value ) ; }'),
  ),
  edit(
    'quotes and semicolons',
    [],
    change(
      'stages/score.ts',
      "'utf8') + readFileSync(inputs.labels, 'utf8');",
      '"utf8") + readFileSync(inputs.labels, "utf8")',
    ),
  ),
  edit('an interface', [], change('lib/types.ts', 'size: number;', 'size: number;\n  colour?: string;')),
  edit('a type annotation', [], change('lib/round.ts', 'value: number): number', 'value: number)')),
  edit(
    'a type-only import',
    [],
    change('stages/train.ts', 'const options: Options =', 'const options: import("../lib/types.ts").Options ='),
  ),
  edit('`as` and `satisfies`', [], change('lib/later.ts', '4.4', '4.4 satisfies number as number')),
  edit('an export that is never imported', [], change('lib/unused.ts', "'unused'", "'still unused'")),
  edit('a function that is never called', [], change('lib/weigh.ts', "'idle'", "'as idle'")),
  edit(
    'another function that is never called',
    [],
    change('lib/round.ts', 'export', 'export const half = (n: number) => n / 2;\nexport'),
  ),
  edit(
    'a branch that is never taken',
    [],
    change('lib/weigh.ts', 'if (sour) return -1;', 'if (false) return -2;\n  if (sour) return -1;'),
  ),
  edit('a module that is never imported', [], (project) => project.write('lib/new.ts', 'export const fresh = 1;\n')),
  edit('a type-only module removed', [], (project) => {
    project.remove('lib/types.ts');
    project.edit('stages/train.ts', "import type { Options } from '../lib/types.ts';\n", '');
    project.edit('stages/train.ts', 'const options: Options =', 'const options =');
  }),
  edit('a module renamed', [], (project) => {
    renameSync(project.path('lib/factor.ts'), project.path('lib/multiplier.ts'));
    project.edit('lib/weigh.ts', './factor.ts', './multiplier.ts');
  }),
  edit('an import that bypasses the barrel', [], (project) => {
    project.edit(
      'stages/train.ts',
      "import { round, weigh } from '../lib/index.ts';",
      "import { round } from '../lib/round.ts';\nimport { weigh } from '../lib/weigh.ts';",
    );
  }),
  edit(
    'a re-export with another syntax',
    [],
    change('lib/index.ts', "export * from './weigh.ts';", "export { weigh } from './weigh.ts';"),
  ),
  edit(
    'the formatting of an imported JSON file',
    [],
    change('lib/defaults.json', '{ "bias": 0.5, "note": "x" }', '{\n  "bias": 5e-1,\n  "note": "x"\n}'),
  ),
  edit('a stage moved to another module with the same code', [], (project) => {
    renameSync(project.path('stages/score.ts'), project.path('stages/grade.ts'));
    project.edit('pipeline.yaml', 'stages/score.ts', 'stages/grade.ts');
  }),
  edit('the times of all modules', [], (project) => {
    for (const path of ['stages/train.ts', 'lib/index.ts', 'lib/factor.ts']) utimesSync(project.path(path), 1, 1);
  }),
  edit('a file beside the modules that is not a module', [], (project) => project.write('lib/notes.md', '# notes\n')),
]);
