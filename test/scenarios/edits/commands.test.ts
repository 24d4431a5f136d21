import { chmodSync } from 'node:fs';
import { Project } from '../../support/project.ts';
import { checkEdits, edit } from './edits.ts';

const FILES = {
  'pipeline.yaml': `params: { times: 2 }
stages:
  clean:
    command: sh {inputs.script} {inputs.raw} {outputs.text}
    inputs: { raw: ./raw.txt, script: ./scripts/clean.sh }
    outputs: [text]
  repeat:
    command: ./scripts/repeat.sh {params.times} {inputs.text} {outputs.out} "a  b"
    version: cat version.txt
    inputs: { text: clean.text, scripts: ./scripts }
    outputs: [out.txt]
    params: { times: "\${times}" }
    env: [UNIT]
  count:
    shell: true
    command: |
      # counts
      wc -l < {inputs.text} > {outputs.lines}
    inputs: { text: repeat.out }
    outputs: [lines]
`,
  'raw.txt': 'b\na\n',
  'version.txt': '1.0\n',
  'scripts/clean.sh': 'sort "$1" > "$2"\n',
  'scripts/repeat.sh': '#!/bin/sh\nfor i in $(seq "$1"); do cat "$2"; done > "$3"; echo "$4" "$UNIT" >> "$3"\n',
};

function restore(project: Project): void {
  for (const path of ['added.py', 'scripts/added.sh']) if (project.exists(path)) project.remove(path);
  for (const [path, text] of Object.entries(FILES)) project.write(path, text);
  chmodSync(project.path('scripts/repeat.sh'), 0o755);
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
const nothing = () => undefined;

checkEdits(
  'after an edit of a pipeline whose stages run commands',
  [
    edit('nothing at all', [], nothing),
    edit('the script of a stage, to the same effect', ['clean', 'repeat'], (project) => {
      project.edit('scripts/clean.sh', 'sort', '# sorts\nsort');
    }),
    edit('a script that is the program itself', ['count', 'repeat'], (project) => {
      project.edit('scripts/repeat.sh', 'cat "$2"', 'cat "$2" "$2"');
    }),
    edit('a new file in a folder that is an input', ['repeat'], (project) => project.write('scripts/added.sh', '')),
    edit('a new file elsewhere', [], (project) => project.write('added.py', '')),
    edit('an input', ['clean', 'count', 'repeat'], (project) => project.write('raw.txt', 'c\n')),
    edit('a param in the command', ['count', 'repeat'], nothing, { args: ['--set', 'times=3'] }),
    edit('the version of the program', ['repeat'], (project) => project.write('version.txt', '1.1\n')),
    edit('a variable', ['count', 'repeat'], nothing, { env: { UNIT: 'cm' } }),
    edit('the spaces between words', [], yaml('{params.times} {inputs.text}', '{params.times}   {inputs.text}')),
    edit('the spaces within a word', ['count', 'repeat'], yaml('"a  b"', '"a b"')),
    edit('the quotes of a word', [], yaml('"a  b"', "'a  b'")),
    edit(
      'a list in place of a text',
      [],
      yaml(
        'sh {inputs.script} {inputs.raw} {outputs.text}',
        '[sh, "{inputs.script}", "{inputs.raw}", "{outputs.text}"]',
      ),
    ),
    edit('the file name of an output', ['repeat'], yaml('[out.txt]', '[out.md]')),
    edit('a script for a shell', ['count'], yaml('wc -l', 'wc -w')),
    edit(
      'the memory and the retries',
      [],
      yaml('env: [UNIT]', 'env: [UNIT]\n    resources: { memory: 1GB }\n    retries: { count: 2, backoff: 1s }'),
    ),
  ],
  pipeline,
);
