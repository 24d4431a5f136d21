import { cpSync, symlinkSync, utimesSync } from 'node:fs';
import type { Project } from '../../support/project.ts';
import { checkEdits, edit } from './edits.ts';
import { TRAIN } from './fruit.ts';

/** Changes what `npm install` writes: the version in package.json and the entry in npm's lockfile. */
function upgrade(project: Project, name: string, version = '1.0.1'): void {
  project.edit(`node_modules/${name}/package.json`, '"version": "1.0.0"', `"version": "${version}"`);
  const lock = JSON.parse(project.read('node_modules/.package-lock.json'));
  lock.packages[`node_modules/${name}`] = { version, integrity: `sha512-${name}-${version}` };
  project.write('node_modules/.package-lock.json', JSON.stringify(lock));
}

// The results stay the same, so the downstream stages stay cached.
checkEdits('after a change of packages', [
  edit('an upgrade of a package that is imported', ['train'], (project) => upgrade(project, 'direct')),
  edit('an upgrade of a dependency of an imported package', ['train'], (project) => upgrade(project, 'indirect')),
  edit('an upgrade of a package that is not imported', [], (project) => upgrade(project, 'other')),
  edit('an upgrade with another result', TRAIN, (project) => {
    upgrade(project, 'indirect', '2.0.0');
    project.edit('node_modules/indirect/index.js', 'n + 1', 'n + 2');
  }),
  edit('other content under the same version', ['train'], (project) => {
    project.edit('node_modules/.package-lock.json', 'sha512-direct', 'sha512-other-direct');
  }),
  edit('a new dependency of a package', ['train'], (project) => {
    project.edit('node_modules/indirect/package.json', '"main"', '"dependencies": { "other": "1" }, "main"');
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
