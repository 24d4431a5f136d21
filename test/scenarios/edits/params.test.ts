import type { Project } from '../../support/project.ts';
import { checkEdits, edit } from './edits.ts';
import { ALL, TRAIN } from './fruit.ts';

const yaml = (from: string, to: string) => (project: Project) => project.edit('pipeline.yaml', from, to);
const nothing = () => undefined;
const set = (...values: string[]) => ({ args: values.flatMap((value) => ['--set', value]) });

checkEdits('after a change of params', [
  edit('nothing at all', [], nothing),
  edit('a shared param', TRAIN, yaml('scale: 2 #', 'scale: 3 #')),
  edit('a nested param', TRAIN, yaml('rate: 0.1', 'rate: 0.2')),
  edit('a list', TRAIN, yaml('[ripe, green]', '[ripe]')),
  edit('the order of a list', TRAIN, yaml('[ripe, green]', '[green, ripe]')),
  edit('the order of keys in a nested param', [], yaml('{ kind: adam, rate: 0.1 }', '{ rate: 0.1, kind: adam }')),
  edit('another notation of a number', [], yaml('rate: 0.1', 'rate: 1.0e-1')),
  edit('a param that becomes a numeric string', TRAIN, yaml('kind: adam', 'kind: "1"')),
  edit('a default written out', [], yaml('tags: "${tags}"', 'tags: "${tags}", epochs: 3')),
  edit('a value other than the default', TRAIN, yaml('tags: "${tags}"', 'tags: "${tags}", epochs: 4')),
  edit('a shared param that no stage uses', [], yaml('params:\n', 'params:\n  idle: 1\n')),
  edit('a shared param replaced by its value', [], yaml('scale: "${scale}"', 'scale: 2')),
  edit('a shared param under another name', [], (project) => {
    project.edit('pipeline.yaml', 'scale: 2 # shared', 'factor: 2');
    project.edit('pipeline.yaml', '"${scale}"', '"${factor}"');
    project.edit('pipeline.yaml', 'large: { scale: 10 }', 'large: { factor: 10 }');
    project.edit('pipeline.yaml', 'same: { scale: 2 }', 'same: { factor: 2 }');
  }),
  edit('--set with another value', TRAIN, nothing, set('scale=4')),
  edit('--set with the same value', [], nothing, set('scale=2')),
  edit('--set for one stage', TRAIN, nothing, set('train.epochs=5')),
  edit('--set of a nested param', TRAIN, nothing, set('optimizer.rate=0.3')),
  edit('--set to another value and back', [], nothing, set('scale=3', 'scale=2')),
  edit('a profile', TRAIN, nothing, { args: ['--profile', 'large'] }),
  edit('a profile with the same values', [], nothing, { args: ['--profile', 'same'] }),
  edit('a profile that is not selected', [], yaml('scale: 10', 'scale: 11')),
]);

checkEdits('after a change of the formatting of pipeline.yaml', [
  edit('a comment', [], yaml('# shared', '# for all')),
  edit('an empty line and indentation', [], yaml('stages:\n', '\nstages:\n\n')),
  edit('quotes', [], yaml('kind: adam', "kind: 'adam'")),
  edit('flow style to block style', [], yaml('tags: [ripe, green]', 'tags:\n    - ripe\n    - green')),
  edit('an anchor and an alias', [], (project) => {
    project.edit('pipeline.yaml', 'scale: 2 # shared', 'scale: &two 2');
    project.edit('pipeline.yaml', 'same: { scale: 2 }', 'same: { scale: *two }');
  }),
  edit('a merge key', [], (project) => {
    project.edit('pipeline.yaml', 'optimizer: { kind', 'base: &base { kind: adam }\n  optimizer: { <<: *base, kind');
  }),
  edit('CRLF line ends', [], (project) => {
    project.write('pipeline.yaml', project.read('pipeline.yaml').replaceAll('\n', '\r\n'));
  }),
  edit('the name of the pipeline', [], yaml('name: fruit', 'name: vegetables')),
  edit('the order of the stages', [], (project) => {
    const [head = '', ...stages] = project.read('pipeline.yaml').split(/^(?= {2}\w+:\n {4}module)/m);
    project.write('pipeline.yaml', head + stages.toReversed().join(''));
  }),
  edit('a description', [], yaml('module: stages/score.ts', 'module: stages/score.ts\n    description: how good')),
  edit('resources', [], yaml('module: stages/score.ts', 'module: stages/score.ts\n    resources: { cpu: 2 }')),
  edit('another spelling of a module path', [], yaml('stages/score.ts', './stages/../stages/score.ts')),
]);

checkEdits('after a change of the graph', [
  edit('a stage renamed', [], (project) => {
    project.edit('pipeline.yaml', '  train:', '  fit:');
    project.edit('pipeline.yaml', 'train.model', 'fit.model');
  }),
  edit('a stage added', ['more'], (project) => {
    project.write(
      'pipeline.yaml',
      `${project.read('pipeline.yaml')}  more:\n    module: stages/gather.ts\n    inputs: { folder: ./lib }\n`,
    );
  }),
  edit('a stage added that has the same key as another one', [], (project) => {
    const same = '  again:\n    module: stages/gather.ts\n    inputs: { folder: ./data }\n';
    project.write('pipeline.yaml', project.read('pipeline.yaml') + same);
  }),
  edit('a stage removed', [], (project) => {
    const text = project.read('pipeline.yaml');
    project.write('pipeline.yaml', text.slice(0, text.indexOf('  report:')));
  }),
  edit('an input with the same content from another stage', [], (project) => {
    const same = '  again:\n    module: stages/gather.ts\n    inputs: { folder: ./data }\n';
    project.write('pipeline.yaml', project.read('pipeline.yaml').replace('gather.table', 'again.table') + same);
  }),
  edit('an input with other content from another stage', TRAIN, yaml('table: gather.table', 'table: texts.table')),
  edit(
    'an optional input added, which the stage does not read',
    ['train'],
    yaml('table: gather.table', 'table: gather.table, start: texts.table'),
  ),
  edit('an input from another output', ['report'], yaml('texts: texts.table', 'texts: train.log')),
  edit('--force', ALL, nothing, { args: ['--force'] }),
  edit('--from a stage', ['report', 'score'], nothing, { args: ['--from', 'score'] }),
]);
