import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CLI, Project } from '../../support/project.ts';

/** Clears the screen, sets the title, writes to the clipboard, links, moves up, reverses text, and looks like nothing. */
const HOSTILE =
  '\u001b[2J\u001b]0;title\u0007\u001b]52;c;aGk=\u0007\u001b]8;;http://x\u001b\\\u009b1A\u202Egnp\u2066\u200B\u0008';
const inYaml = JSON.stringify(HOSTILE).replaceAll(
  /[\u007f-\uffff]/g,
  (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
);

const files = {
  'pipeline.yaml': `name: ${inYaml}
params: { word: ${inYaml} }
stages:
  talk:
    module: stages/talk.ts
    description: ${inYaml}
    matrix: { word: [${inYaml}, plain] }
    params: { word: "\${matrix.word}", other: "\${word}" }
  fail:
    module: stages/fail.ts
    inputs: { text: ${'./data/a.txt'} }
    params: { how: reported }
`,
  'data/a.txt': HOSTILE,
  'stages/talk.ts': `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';
const text = ${JSON.stringify(HOSTILE)};
export default defineStage({
  params: { type: 'object', properties: { word: { type: 'string' }, other: { type: 'string' } } },
  outputs: ['table.csv', 'values.json', 'words.txt'],
  run({ outputs, log, progress, metrics }) {
    log('first\\u001b[31mred' + text + '\\n' + text + 'second');
    console.log(text);
    console.error(text);
    progress({ done: 1, total: 1, unit: text, note: text });
    metrics({ ['metric' + text + '\\nfake: done']: 1 });
    writeFileSync(outputs.table, 'a' + text + ',b\\n1,' + text + '\\n');
    writeFileSync(outputs.values, JSON.stringify({ [text]: text }));
    writeFileSync(outputs.words, text + '\\n' + text);
  },
});
`,
  'stages/fail.ts': `import { failed, defineStage } from 'pipeline';
const text = ${JSON.stringify(HOSTILE)};
export default defineStage({
  params: { type: 'object', properties: { how: { type: 'string' } } },
  inputs: ['text'],
  outputs: ['never'],
  run({ params, inputs }) {
    if (params.how === 'thrown') throw new Error('thrown' + text + '\\n' + text);
    if (params.how === 'crash') { process.stderr.write(text); process.exit(3); }
    return failed([{ message: 'reported' + text, at: { file: inputs.text, line: 1, column: 1 }, advice: text }]);
  },
});
`,
};

let project: Project;

beforeAll(async () => {
  project = new Project(files, afterAll);
  await project.run('talk');
});

const ESCAPE = '\u001B';

/** What a terminal would act on or not show, apart from line breaks and tabs. */
const HARMFUL = /[^\P{Cc}\n\t]|[\p{Default_Ignorable_Code_Point}\u2028\u2029]/u;

/** Expects that nothing of the text reaches a terminal other than as visible characters and as colours. */
function expectHarmless(output: string, what: string): void {
  // Colours, and what redraws lines on a terminal.
  const ours = new RegExp(`${ESCAPE}\\[(?:\\?25[lh]|[\\d;]*m|\\d*[AGK])|\\r`, 'g');
  const found = HARMFUL.exec(output.replaceAll(ours, ''));
  expect(found === null ? '' : `${what}: ${JSON.stringify(output.slice(0, 2000))}`).toBe('');
}

const REF = 'talk@word=plain';
const COMMANDS: readonly (readonly string[])[] = [
  ['run', 'talk', '--force'],
  ['run', 'fail'],
  ['run', 'fail', '--set', 'word=x', '--keep-going'],
  ['status'],
  ['explain', REF],
  ['runs'],
  ['logs', REF],
  ['logs', 'fail'],
  ['logs', HOSTILE],
  ['diff'],
  ['inspect', REF],
  ['inspect', `${REF}.words`, '--full'],
  ['cache', 'ls'],
  ['cache', 'du'],
  ['cache', 'gc'],
  ['cache', 'verify'],
  ['graph', '--format', 'svg'],
  ['graph', '--format', 'dot'],
  ['graph', '--format', 'mermaid'],
  ['run', HOSTILE],
  [`--${HOSTILE}`],
  ['status', '-f', `${HOSTILE}.yaml`],
  ['complete', '--', 'run', ''],
];

describe('text from stages, records and files', () => {
  test.each(COMMANDS.map((args) => [JSON.stringify(args), args] as const))(
    'shows what would not be seen, and does nothing to a terminal: pipeline %s',
    async (what, args) => {
      const { stdout, stderr } = await project.pipeline(...args);
      expectHarmless(stdout + stderr, what);
      const coloured = await project.start(args, { NO_COLOR: '', FORCE_COLOR: '1' });
      expectHarmless(coloured.stdout + coloured.stderr, what);
      const json = await project.pipeline(...args, '--json');
      expectHarmless(json.stdout + json.stderr, what);
      for (const line of json.stdout.split('\n').filter((each) => each.startsWith('{'))) JSON.parse(line);
    },
  );

  test.each([['run talk --force'], ['run fail'], ['status']])(
    'does nothing to a real terminal: pipeline %s',
    async (line) => {
      const command = `${process.execPath} ${CLI} ${line}`;
      const env = { NO_COLOR: '', CI: '', TERM: 'xterm-256color' };
      const { stdout } = await execa('script', ['-qec', command, '/dev/null'], {
        cwd: project.directory,
        reject: false,
        env,
      });
      expect(stdout).toContain('title');
      expectHarmless(stdout, line);
    },
  );

  test('keeps the colours of a log if the output is coloured, and each line has the name of its stage', async () => {
    const { stdout } = await project.start(['run', REF, '--force'], { NO_COLOR: '', FORCE_COLOR: '1' });
    expect(stdout).toContain(`  ${REF}: first\u001b[31mred\\u{202e}gnp`);
    expect(stdout).toMatch(/^ {2}talk@word=plain: \\u\{202e\}gnp.*second$/m);
    const plain = await project.pipeline('run', REF, '--force');
    expect(plain.stdout).toContain(`  ${REF}: firstred\\u{202e}gnp`);
    expect(plain.stdout).toContain('↵fake: done');
  });
});
