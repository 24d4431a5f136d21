import { chmodSync, cpSync, symlinkSync, utimesSync } from 'node:fs';
import type { Project } from '../../support/project.ts';
import { checkEdits, edit } from './edits.ts';
import { TRAIN } from './fruit.ts';

/** Changes what an upgrade changes in any case. */
function upgrade(project: Project, name: string, version = '1.0.1'): void {
  project.edit(`node_modules/${name}/package.json`, '"version": "1.0.0"', `"version": "${version}"`);
}

const OPTIONAL = `try { require('maybe'); } catch {}
exports.direct = require('indirect').indirect;
`;

// The results stay the same, so the downstream stages stay cached.
checkEdits('after a change of packages', [
  edit('an upgrade of a package that is imported', ['train'], (project) => upgrade(project, 'direct')),
  edit('an upgrade of a dependency of an imported package', ['train'], (project) => upgrade(project, 'indirect')),
  edit('an upgrade of a package that is not imported', [], (project) => upgrade(project, 'other')),
  edit('an upgrade with another result', TRAIN, (project) => {
    upgrade(project, 'indirect', '2.0.0');
    project.edit('node_modules/indirect/index.js', 'n + 1', 'n + 2');
  }),
  edit('an edited file of a package that is imported', ['train'], (project) => {
    project.edit('node_modules/direct/index.js', 'exports', 'module.exports');
  }),
  edit('an edited file of a dependency of a package, with another result', TRAIN, (project) => {
    project.edit('node_modules/indirect/index.js', 'n + 1', 'n + 30');
  }),
  edit('an edited file of a package that nothing imports', [], (project) => {
    project.edit('node_modules/direct/other.js', 'exports', 'module.exports');
  }),
  edit('another main module of a package', ['train'], (project) => {
    project.edit('node_modules/direct/package.json', 'index.js', 'other.js');
  }),
  edit('a package.json that makes modules of a package ES modules', TRAIN, (project) => {
    project.edit('node_modules/direct/package.json', '"index.js"', '"inner/index.js"');
    project.write('node_modules/direct/inner/index.js', 'export const direct = (n) => n + 3;\n');
    project.write('node_modules/direct/inner/package.json', '{ "type": "module" }');
  }),
  edit('only the integrity in the lockfile of npm', [], (project) => {
    project.write('node_modules/.package-lock.json', '{ "packages": { "node_modules/direct": { "integrity": "x" } } }');
  }),
  edit('a description in a package.json, and what npm 6 adds to it', [], (project) => {
    project.edit('node_modules/direct/package.json', '"main"', '"_where": "/home/me", "description": "x", "main"');
  }),
  edit('other ends of lines, and another mode of a file', [], (project) => {
    project.edit('node_modules/direct/index.js', '\n', '\r\n');
    chmodSync(project.path('node_modules/direct/index.js'), 0o755);
  }),
  edit('a dependency that package.json names but nothing imports', [], (project) => {
    project.edit('node_modules/indirect/package.json', '"main"', '"dependencies": { "other": "1" }, "main"');
  }),
  edit('an optional package that is there from now on', ['train'], (project) => {
    project.write('node_modules/direct/index.js', OPTIONAL);
    project.write('node_modules/maybe/package.json', '{ "name": "maybe", "version": "1.0.0" }');
    project.write('node_modules/maybe/index.js', '');
  }),
  edit('a dependency installed inside the package', ['train'], (project) => {
    const own = 'node_modules/direct/node_modules/indirect';
    cpSync(project.path('node_modules/indirect'), project.path(own), { recursive: true });
    project.edit(`${own}/package.json`, '"version": "1.0.0"', '"version": "1.5.0"');
  }),
  edit('another module of the same package', ['train'], (project) => {
    project.edit('stages/train.ts', "from 'direct'", "from 'direct/other.js'");
  }),
  edit('another package imported instead', ['train'], (project) => {
    symlinkSync('../packages/linked', project.path('node_modules/linked'));
    project.edit('stages/train.ts', "from 'direct'", "from 'linked'");
  }),
  edit('a package nearer to the stage that shadows another one', ['train'], (project) => {
    cpSync(project.path('node_modules/direct'), project.path('stages/node_modules/direct'), { recursive: true });
    project.edit('stages/node_modules/direct/package.json', '"version": "1.0.0"', '"version": "3.0.0"');
  }),
  edit('a type imported from a package', [], (project) => {
    project.edit('stages/score.ts', 'import { accuracy }', "import type {} from 'direct';\nimport { accuracy }");
  }),
  edit('a package moved to where only its user finds it', [], (project) => {
    cpSync(project.path('node_modules/indirect'), project.path('node_modules/direct/node_modules/indirect'), {
      recursive: true,
    });
    project.remove('node_modules/indirect');
  }),
  edit('packages reinstalled, with new file times', [], (project) => {
    for (const name of ['direct', 'indirect', 'other']) {
      for (const file of ['package.json', 'index.js']) utimesSync(project.path(`node_modules/${name}/${file}`), 1, 1);
    }
  }),
  edit('a new package that is not imported', [], (project) => {
    project.write('node_modules/more/package.json', '{ "name": "more", "version": "1.0.0" }');
  }),
]);

checkEdits('after a change of how imports are resolved', [
  edit('a tsconfig.json without effect on imports', [], (project) => {
    project.write('tsconfig.json', '{ "compilerOptions": { "noUnusedLocals": true } }');
  }),
  edit('a path alias in tsconfig.json to another file', TRAIN, (project) => {
    project.write('tsconfig.json', '{ "compilerOptions": { "paths": { "direct": ["./packages/linked/other.js"] } } }');
    project.write('packages/linked/other.js', 'export const direct = (n) => n + 100;\n');
  }),
  edit('a path alias in a file that tsconfig.json extends', TRAIN, (project) => {
    project.write('tsconfig.json', '{ "extends": "./base" }');
    project.write('base.json', '{ "compilerOptions": { "paths": { "direct": ["./packages/linked/other.js"] } } }');
    project.write('packages/linked/other.js', 'export const direct = (n) => n + 200;\n');
  }),
  edit('a package.json that declares modules to be free of side effects', [], (project) => {
    project.write('package.json', '{ "type": "module", "sideEffects": false }');
  }),
]);
