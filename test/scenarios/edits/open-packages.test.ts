import { symlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Project } from '../../support/project.ts';

/**
 * A stage that imports `open`, which reads a file beside itself and loads a module and the package `plugin` by computed
 * names; `native`, which has a compiled addon; and `closed`, in which all imports are known.
 */
const FILES = {
  'pipeline.yaml': 'stages:\n  train: { module: stages/train.ts }\n',
  'stages/train.ts': `import { writeFileSync } from 'node:fs';
import { closed } from 'closed';
import { native } from 'native';
import { open } from 'open';
import { defineStage } from 'pipeline';

export default defineStage({
  outputs: ['out.txt'],
  run({ outputs }) {
    writeFileSync(outputs.out, [open, native, closed].join(' '));
  },
});
`,
  'node_modules/open/package.json':
    '{ "name": "open", "version": "1.0.0", "main": "index.js", "peerDependencies": { "plugin": "*" } }',
  'node_modules/open/index.js': `const text = require('fs').readFileSync(__dirname + '/data.txt', 'utf8').trim();
const plugins = ['plugin'].map((name) => require(name).plugin);
exports.open = [text, require('./parts/' + text), ...plugins].join(' ');
`,
  'node_modules/open/data.txt': 'one\n',
  'node_modules/open/parts/one.js': "module.exports = 'part one';\n",
  'node_modules/plugin/package.json': '{ "name": "plugin", "version": "1.0.0", "main": "index.js" }',
  'node_modules/plugin/index.js': "exports.plugin = 'plugin';\n",
  'node_modules/native/package.json': '{ "name": "native", "version": "1.0.0", "main": "index.js" }',
  'node_modules/native/index.js': "exports.native = 'native';\n",
  'node_modules/native/binding.gyp': '{}',
  'node_modules/native/build/Release/addon.node': 'machine code',
  'node_modules/native/build/config.gypi': "{ 'root': '/home/me/.cache/node-gyp' }",
  'node_modules/native/build/Release/obj.target/addon.node': 'machine code',
  'node_modules/closed/package.json': '{ "name": "closed", "version": "1.0.0", "main": "index.js" }',
  'node_modules/closed/index.js': `// Comments may have words such as require(name), import.meta.url and __dirname.
exports.closed = typeof require === 'function' && 'closed';
`,
  'node_modules/closed/data.txt': 'nobody reads this\n',
};

describe('a package in which what it loads is known only when it runs', () => {
  let project: Project;

  beforeAll(async () => {
    project = new Project(FILES, afterAll);
    expect((await project.run()).exitCode).toBe(0);
  });

  async function reasons(): Promise<readonly string[]> {
    const { exitCode, stderr, stages } = await project.run();
    expect(exitCode, stderr).toBe(0);
    return stages.flatMap((stage) => (stage.outcome === 'ran' ? stage.reasons : []));
  }

  test.each([
    ['a file that it reads', 'node_modules/open/data.txt', 'package open@1.0.0 was edited in node_modules: data.txt'],
    [
      'a module with a computed name',
      'node_modules/open/parts/one.js',
      'package open@1.0.0 was edited in node_modules: parts/one.js',
    ],
    [
      'a package with a computed name',
      'node_modules/plugin/index.js',
      'package plugin@1.0.0 was edited in node_modules: index.js',
    ],
    [
      'its addon',
      'node_modules/native/build/Release/addon.node',
      'package native@1.0.0 was edited in node_modules: build/Release/addon.node',
    ],
    [
      'a package in which all imports are known',
      'node_modules/closed/index.js',
      'package closed@1.0.0 was edited in node_modules: index.js',
    ],
  ])('counts as a whole: the stage reruns after an edit of %s', async (_what, file, reason) => {
    const text = project.read(file);
    project.write(file, `${text}\n`);
    expect(await reasons()).toEqual([reason]);
    project.write(file, text);
    expect(await reasons()).toEqual([]);
  });

  test('counts with the files that are added to it', async () => {
    project.write('node_modules/open/parts/two.js', '');
    expect(await reasons()).toEqual(['package open@1.0.0 counts with more files: parts/two.js']);
    project.remove('node_modules/open/parts/two.js');
    expect(await reasons()).toEqual([]);
  });

  test.each([
    ['a file that no import of a closed package leads to', 'node_modules/closed/data.txt'],
    ['what the compiler of an addon notes', 'node_modules/native/build/config.gypi'],
    ['an intermediate file of the compiler', 'node_modules/native/build/Release/obj.target/addon.node'],
    ['a cache in its folder', 'node_modules/open/.cache/x'],
    ['a package inside that is not reached', 'node_modules/open/node_modules/x/index.js'],
  ])('does not count with %s', async (_what, file) => {
    project.write(file, 'something else');
    expect(await reasons()).toEqual([]);
  });

  test('counts with what its links lead to, and without those that lead nowhere', async () => {
    project.write('elsewhere/three.js', 'one');
    symlinkSync(project.path('elsewhere'), project.path('node_modules/open/parts/more'));
    symlinkSync(project.path('nowhere'), project.path('node_modules/open/parts/broken'));
    symlinkSync('..', project.path('node_modules/open/parts/above'));
    expect(await reasons()).toEqual(['package open@1.0.0 counts with more files: parts/more/three.js']);
    project.write('elsewhere/three.js', 'other');
    expect(await reasons()).toEqual(['package open@1.0.0 was edited in node_modules: parts/more/three.js']);
    for (const name of ['more', 'broken', 'above']) project.remove(`node_modules/open/parts/${name}`);
    expect(await reasons()).toEqual([]);
  });
});

test('the declaration of a stage is read again when a package that it comes from changes', async () => {
  const project = new Project({
    'pipeline.yaml': 'stages:\n  train: { module: stages/train.ts }\n',
    'stages/train.ts': `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';
import { params } from 'schemas';

export default defineStage({
  params,
  outputs: ['out.txt'],
  run: ({ params: { epochs }, outputs }) => writeFileSync(outputs.out, String(epochs)),
});
`,
    'node_modules/schemas/package.json': '{ "name": "schemas", "version": "1.0.0", "main": "index.js" }',
    'node_modules/schemas/index.js':
      "exports.params = { type: 'object', properties: { epochs: { type: 'integer', default: 3 } } };\n",
  });
  expect((await project.run()).exitCode).toBe(0);
  project.edit('node_modules/schemas/index.js', 'default: 3', 'default: 5');
  project.edit('node_modules/schemas/package.json', '1.0.0', '1.1.0');
  expect((await project.run()).stages[0]?.reasons).toEqual(['param epochs 3 → 5', 'package schemas 1.0.0 → 1.1.0']);
  expect((await project.pipeline('export', 'train', 'exported')).exitCode).toBe(0);
  expect(project.read('exported/out.txt')).toBe('5');
});

test('a package that changes during a run fails the stages that would start with it, and no result is kept', async () => {
  const project = new Project({
    'pipeline.yaml':
      'stages:\n  install: { module: stages/install.ts }\n  train: { module: stages/train.ts, inputs: { done: install.done } }\n',
    'stages/install.ts': `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  params: { type: 'object', properties: { package: { type: 'string', default: '' } } },
  outputs: ['done'],
  run({ params, outputs }) {
    if (params.package !== '') writeFileSync(params.package, "exports.used = 'after';");
    writeFileSync(outputs.done, 'done');
  },
});
`,
    'stages/train.ts': `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';
import { used } from 'some';

export default defineStage({ inputs: ['done'], outputs: ['out'], run: ({ outputs }) => writeFileSync(outputs.out, used) });
`,
    'node_modules/some/package.json': '{ "name": "some", "version": "1.0.0", "main": "index.js" }',
    'node_modules/some/index.js': "exports.used = 'before';",
  });
  const changing = `install.package=${project.path('node_modules/some/index.js')}`;
  const failed = await project.run('--set', changing);
  expect(failed.exitCode).toBe(2);
  expect(failed.which('failed')).toEqual(['train']);
  expect(failed.stderr).toContain('stages/train.ts: a package that this stage imports changed during the run');
  project.write('node_modules/some/index.js', "exports.used = 'before';");
  expect((await project.run('--set', changing)).which('ran')).toEqual(['train']);
});
