import { describe, expect, test } from 'vitest';
import { linkBundle } from '../../../src/engine/execute/linked-bundle.ts';
import { bundleStage } from '../../../src/engine/fingerprint/bundle.ts';
import { linksIn } from '../../../src/engine/fingerprint/links.ts';
import { Project } from '../../support/project.ts';
import { unwrap } from '../../support/result.ts';

const FILES = {
  'stages/s.ts': `import { readFileSync } from 'node:fs';
import { defineStage } from 'pipeline';
import { used } from '../lib/used.ts';
import type { Shape } from '../lib/types.ts';
import settings from '../lib/settings.json';
import { toolkit } from 'toolkit';

export default defineStage({
  outputs: ['out'],
  run() {
    const shape: Shape = { size: used(2) };
    toolkit(shape, settings, readFileSync);
  },
});
`,
  'lib/used.ts': `import { deeper } from './deeper.ts';
export const used = (n: number) => deeper(n) + 1;
export const unused = () => 'nobody calls this';
`,
  'lib/deeper.ts': 'export const deeper = (n: number) => n * 2;\n',
  'lib/types.ts': 'export interface Shape { size: number }\n',
  'lib/settings.json': '{ "a": 1 }\n',
  'node_modules/toolkit/package.json': '{ "name": "toolkit", "version": "1.0.0", "main": "index.js" }',
  'node_modules/toolkit/index.js': 'exports.toolkit = () => {};',
};

async function codeOf(project: Project): Promise<string> {
  return unwrap(await bundleStage(project.path('stages/s.ts'), project.directory)).digest;
}

/** A project that uses a library of this package: two modules, the second of which needs a package that is not there. */
function projectWithLibrary(imports: string): Project {
  const project = new Project({
    'stages/s.ts': `import { ${imports} } from 'pipeline/numbers';
export default { outputs: ['out'], run: () => [${imports}] };
`,
  });
  project.remove('node_modules/pipeline');
  const files = {
    'package.json': '{ "name": "pipeline", "sideEffects": false, "exports": { "./numbers": "./lib/index.mjs" } }',
    'lib/index.mjs': "export * from './one.mjs';\nexport * from './two.mjs';\n",
    'lib/one.mjs': 'export const one = 1;\n',
    'lib/two.mjs': "import absent from 'absent';\nexport const two = [2, absent];\n",
  };
  for (const [path, text] of Object.entries(files)) project.write(`node_modules/pipeline/${path}`, text);
  return project;
}

describe('the digest of the code of a stage', () => {
  test.each<[string, string, string, string]>([
    ['its own code', 'stages/s.ts', 'used(2)', 'used(3)'],
    ['a module that it imports', 'lib/used.ts', '+ 1', '+ 2'],
    ['a module two imports away', 'lib/deeper.ts', '* 2', '* 3'],
    ['a JSON file that it imports', 'lib/settings.json', '1', '2'],
    ['the name of a package that it imports', 'stages/s.ts', "from 'toolkit'", "from 'toolkit/index.js'"],
  ])('changes with %s', async (_what, file, from, to) => {
    const project = new Project(FILES);
    const before = await codeOf(project);
    project.edit(file, from, to);
    expect(await codeOf(project)).not.toBe(before);
  });

  test.each<[string, string, string, string]>([
    ['a comment', 'lib/used.ts', 'export const used', '/** Doubles and adds one. */\n// really\nexport const used'],
    ['formatting', 'lib/deeper.ts', '(n: number) => n * 2;', '(\n  n: number,\n) =>\n    n   *   2'],
    ['quotes', 'lib/used.ts', "'./deeper.ts'", '"./deeper.ts"'],
    ['a type', 'lib/types.ts', 'size: number', 'size: number; colour?: string'],
    ['code that is not reached', 'lib/used.ts', 'nobody calls this', 'still nobody'],
    ['the code inside a package', 'node_modules/toolkit/index.js', '{}', '{ return 1; }'],
  ])('does not change with %s', async (_what, file, from, to) => {
    const project = new Project(FILES);
    const before = await codeOf(project);
    project.edit(file, from, to);
    expect(await codeOf(project)).toBe(before);
  });

  test('has what a stage uses of the library of this package, and no more', async () => {
    const project = projectWithLibrary('one');
    const before = await codeOf(project);
    project.edit('node_modules/pipeline/lib/two.mjs', '[2', '[3');
    expect(await codeOf(project)).toBe(before);
    project.edit('node_modules/pipeline/lib/one.mjs', '= 1', '= 4');
    expect(await codeOf(project)).not.toBe(before);
  });

  test('does not depend on the folder of the project', async () => {
    expect(await codeOf(new Project(FILES))).toBe(await codeOf(new Project(FILES)));
  });

  test('includes the source of packages that are linked to elsewhere in the project', async () => {
    const { symlinkSync } = await import('node:fs');
    const project = new Project({
      ...FILES,
      'packages/linked/package.json': '{ "name": "linked", "main": "index.js", "type": "module" }',
      'packages/linked/index.js': 'export const used = (n) => n;',
    });
    symlinkSync('../packages/linked', project.path('node_modules/linked'));
    project.edit('stages/s.ts', "'../lib/used.ts'", "'linked'");
    const before = await codeOf(project);
    project.edit('packages/linked/index.js', '=> n', '=> -n');
    expect(await codeOf(project)).not.toBe(before);
  });

  test.each([
    ["const name = './x'; await import(name);", 'a dynamic import has a computed name'],
    ['console.log(import.meta.url);', 'a stage cannot use import.meta'],
  ])('is refused for code with "%s", which hides dependencies of the stage', async (code, message) => {
    const project = new Project(FILES);
    project.edit('lib/deeper.ts', 'export const deeper', `${code}\nexport const deeper`);
    const bundle = await bundleStage(project.path('stages/s.ts'), project.directory);
    expect(bundle.ok ? '' : bundle.failure[0]?.message).toContain(message);
  });

  test('a syntax error is reported with file, line and column', async () => {
    const project = new Project(FILES);
    project.edit('lib/deeper.ts', 'n * 2', 'n * * 2');
    expect(await bundleStage(project.path('stages/s.ts'), project.directory)).toMatchObject({
      ok: false,
      failure: [{ message: 'Unexpected "*"', at: { file: 'lib/deeper.ts', line: 1, column: 42 } }],
    });
  });

  test('an import of a package that is not installed is reported with its location', async () => {
    const project = new Project(FILES);
    project.edit('stages/s.ts', "'toolkit'", "'toolkti'");
    expect(await bundleStage(project.path('stages/s.ts'), project.directory)).toMatchObject({
      ok: false,
      failure: [
        {
          message: 'Could not resolve "toolkti"',
          at: { file: 'stages/s.ts', line: 6 },
          advice: 'If it is a package, install it: npm install toolkti',
        },
      ],
    });
  });

  test('a package is needed only by a stage that uses the part of the library that imports it', async () => {
    const without = projectWithLibrary('one');
    const { externals } = unwrap(await bundleStage(without.path('stages/s.ts'), without.directory));
    expect(externals).toEqual({});
    const using = projectWithLibrary('two');
    expect(await bundleStage(using.path('stages/s.ts'), using.directory)).toMatchObject({
      ok: false,
      failure: [{ message: 'Could not resolve "absent"', at: { file: 'node_modules/pipeline/lib/two.mjs', line: 1 } }],
    });
  });

  test('that imports a package that npm alone does not install is reported with what installs it', async () => {
    const project = new Project(FILES);
    project.edit('stages/s.ts', "'toolkit'", "'@native/lib/sub.js'");
    const advice = { '@native/lib': 'Run `npx pipeline setup`.' };
    expect(await bundleStage(project.path('stages/s.ts'), project.directory, advice)).toMatchObject({
      ok: false,
      failure: [{ message: 'Could not resolve "@native/lib/sub.js"', advice: 'Run `npx pipeline setup`.' }],
    });
  });
});

test('a linked bundle imports packages by the URLs of their files', async () => {
  const text = 'import { a } from "pkg";\nconst b = await import("other");\nimport fs from "node:fs";\n';
  const linked = linkBundle({ text, links: await linksIn(text) }, (name) =>
    name.startsWith('node:') ? undefined : `file:///x/${name}.js`,
  );
  expect(linked).toBe(
    'import { a } from "file:///x/pkg.js";\nconst b = await import("file:///x/other.js");\nimport fs from "node:fs";\n',
  );
});
