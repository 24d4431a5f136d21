import { Project } from '../../support/project.ts';
import { checkEdits, edit } from './edits.ts';

const FILES = {
  'pipeline.yaml': `params: { rate: 1, names: ./names.json }
stages:
  split:
    command: cp {inputs.names} {outputs.folds}
    inputs: { names: "\${names}" }
    outputs: [folds.json]
  train:
    shell: true
    command: echo {params.fold} {params.rate} {params.seed} > {outputs.model}
    matrix: { fold: { from: split.folds }, seed: [1] }
    params: { fold: "\${matrix.fold}", seed: "\${matrix.seed}", rate: "\${rate}" }
    outputs: [model.txt]
  evaluate:
    shell: true
    command: cat {inputs.models} > {outputs.score}
    matrix: { fold: { from: split.folds } }
    inputs: { models: train.model }
    outputs: [score.txt]
  compare:
    shell: true
    command: cat {inputs.scores} > {outputs.table}
    inputs: { scores: evaluate.score }
    outputs: [table.txt]
`,
  'names.json': '["a", "b"]\n',
};

function restore(project: Project): void {
  for (const [path, text] of Object.entries(FILES)) project.write(path, text);
}

const pipeline = {
  make: (atEnd: (cleanUp: () => void) => void) => {
    const project = new Project({}, atEnd);
    restore(project);
    return project;
  },
  restore,
};

const yaml = (from: string, to: string) => (project: Project) => project.edit('pipeline.yaml', from, to);
const names = (text: string) => (project: Project) => project.write('names.json', text);

checkEdits(
  'after an edit of a pipeline whose matrix is what a stage puts out',
  [
    edit('one more value', ['compare', 'evaluate@fold=c', 'split', 'train@fold=c,seed=1'], names('["a", "b", "c"]')),
    edit('another value', ['compare', 'evaluate@fold=d', 'split', 'train@fold=d,seed=1'], names('["a", "d"]')),
    edit('one value less', ['compare', 'split'], names('["a"]')),
    edit('another order of the values', ['split'], names('["b", "a"]')),
    edit('other spaces in the list', ['split'], names('["a","b"]')),
    edit(
      'a text that looks like a number, in place of the number',
      ['compare', 'evaluate@fold="1"', 'split', 'train@fold="1",seed=1'],
      names('["1"]'),
    ),
    edit(
      'the list written out',
      [],
      yaml('matrix: { fold: { from: split.folds }, seed', 'matrix: { fold: [a, b], seed'),
    ),
    edit('another name of the stage with the list', [], (project) => {
      project.write('pipeline.yaml', project.read('pipeline.yaml').replaceAll('split', 'divide'));
    }),
    edit(
      'a value of another dimension',
      ['compare', 'evaluate@fold=a', 'evaluate@fold=b', 'train@fold=a,seed=2', 'train@fold=b,seed=2'],
      yaml('seed: [1]', 'seed: [1, 2]'),
    ),
    edit(
      'a param of the instances',
      ['compare', 'evaluate@fold=a', 'evaluate@fold=b', 'train@fold=a,seed=1', 'train@fold=b,seed=1'],
      yaml('rate: 1', 'rate: 2'),
    ),
    edit(
      'the code of one stage with the matrix',
      ['compare', 'evaluate@fold=a', 'evaluate@fold=b'],
      yaml('cat {inputs.models}', 'cat {inputs.models} {inputs.models}'),
    ),
  ],
  pipeline,
);
