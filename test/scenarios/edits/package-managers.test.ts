import { realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { install, MANAGERS, type Manager } from '../../support/package-manager.ts';
import { PackageRegistry } from '../../support/package-registry.ts';
import { Project } from '../../support/project.ts';

/**
 * A stage that imports `outer` from a registry, which imports `inner`; `shared`, a workspace in the same repository;
 * and `helper`, a folder that package.json names with `file:`. Another stage, `plain`, imports just `outer`.
 */
const FILES = {
  'pipeline.yaml': 'stages:\n  train: { module: stages/train.ts }\n  plain: { module: stages/plain.ts }\n',
  'stages/plain.ts': `import { writeFileSync } from 'node:fs';
import { outer } from 'outer';
import { defineStage } from 'pipeline';

export default defineStage({ outputs: ['out.txt'], run: ({ outputs }) => writeFileSync(outputs.out, outer) });
`,
  'stages/train.ts': `import { writeFileSync } from 'node:fs';
import { outer } from 'outer';
import { defineStage } from 'pipeline';
import { helper } from 'helper';
import { shared } from 'shared';

export default defineStage({
  outputs: ['out.txt'],
  run({ outputs }) {
    writeFileSync(outputs.out, [outer, helper, shared].join(' '));
  },
});
`,
  'helper/package.json': '{ "name": "helper", "version": "1.0.0", "main": "index.js" }',
  'helper/index.js': "exports.helper = 'helper 1';\n",
  'packages/shared/package.json': '{ "name": "shared", "version": "1.0.0", "type": "module", "main": "index.js" }',
  'packages/shared/index.js': "export { shared } from './reached.js';\n",
  'packages/shared/reached.js': "export const shared = 'shared 1';\n",
  'packages/shared/other.js': "export const other = 'nobody imports this';\n",
  '.yarnrc.yml': 'nodeLinker: node-modules\n',
  'pnpm-workspace.yaml': 'packages: [packages/*]\n',
};

function manifest(manager: Manager, outer = '1.0.0'): string {
  return JSON.stringify({
    name: 'project',
    private: true,
    workspaces: ['packages/*'],
    dependencies: {
      outer,
      helper: 'file:./helper',
      shared: manager === 'npm' ? '1.0.0' : 'workspace:*',
    },
  });
}

let registry: PackageRegistry;

beforeAll(async () => {
  registry = await PackageRegistry.start(afterAll);
  for (const version of ['1.0.0', '2.0.0']) {
    registry.publish({
      manifest: { name: 'outer', version, main: 'index.js', dependencies: { inner: '^1.0.0' } },
      files: {
        'index.js': `exports.outer = 'outer ${version}, ' + require('inner').inner;\n`,
        'other.js': 'exports.other = 1;\n',
      },
    });
  }
  registry.publish({
    manifest: { name: 'inner', version: '1.0.0', main: 'index.js' },
    files: { 'index.js': "exports.inner = 'inner 1';\n" },
  });
});

/** Replaces a file as patch-package and editors do. What a package manager linked elsewhere stays as it is. */
function replace(path: string, text: string): void {
  rmSync(path);
  writeFileSync(path, text);
}

/** Returns the path of a file of `inner` where the package manager has put it. */
function inInner(project: Project, file: string): string {
  const outer = realpathSync(project.path('node_modules/outer/index.js'));
  return createRequire(outer).resolve(`inner/${file}`);
}

/** Runs a stage. Returns the reasons if it ran, and its key. */
async function run(project: Project, name = 'train'): Promise<{ reasons: readonly string[] | 'cached'; key: unknown }> {
  const finished = await project.run(name);
  expect(finished.exitCode, finished.stderr).toBe(0);
  const stage = finished.stages.find((one) => one.name === name);
  return { reasons: stage?.outcome === 'ran' ? stage.reasons : 'cached', key: stage?.key };
}

async function installed(manager: Manager, atEnd: (cleanUp: () => void) => void): Promise<Project> {
  const project = new Project({ ...FILES, 'package.json': manifest(manager) }, atEnd);
  rmSync(project.path('node_modules'), { recursive: true });
  await install(project, manager, registry.url);
  return project;
}

/** The keys of the stage `plain`. */
const keys = new Map<Manager, unknown>();

describe.each(MANAGERS)('in a project that %s has installed', (manager) => {
  let project: Project;

  beforeAll(async () => {
    project = await installed(manager, afterAll);
    expect(await run(project)).toMatchObject({ reasons: ['it has not run yet'] });
    keys.set(manager, (await run(project, 'plain')).key);
  });

  test('nothing reruns while nothing changes, nor after everything is installed again', async () => {
    expect(await run(project)).toMatchObject({ reasons: 'cached' });
    project.remove('node_modules');
    await install(project, manager, registry.url);
    expect(await run(project)).toMatchObject({ reasons: 'cached' });
  });

  test('an edited file of a dependency of a dependency reruns the stage, with the package and the file as the reason', async () => {
    const file = inInner(project, 'index.js');
    replace(file, "console.log('here');\nexports.inner = 'inner 1';\n");
    expect(await run(project)).toMatchObject({ reasons: ['package inner@1.0.0 was edited in node_modules: index.js'] });
    replace(file, "exports.inner = 'inner 1';\n");
    expect(await run(project)).toMatchObject({ reasons: 'cached' });
  });

  test('an edited file that nothing imports reruns nothing', async () => {
    replace(realpathSync(project.path('node_modules/outer/other.js')), 'exports.other = 2;\n');
    expect(await run(project)).toMatchObject({ reasons: 'cached' });
  });

  test('the source of a workspace is code of the project: what the stage reaches of it decides', async () => {
    project.edit('packages/shared/other.js', 'nobody', 'still nobody');
    project.edit('packages/shared/package.json', '"1.0.0"', '"1.0.1"');
    expect(await run(project)).toMatchObject({ reasons: 'cached' });
    project.edit('packages/shared/reached.js', 'shared 1', 'shared 2');
    expect(await run(project)).toMatchObject({ reasons: ['stages/train.ts: packages/shared/reached.js changed'] });
    project.edit('packages/shared/reached.js', 'shared 2', 'shared 1');
    project.edit('packages/shared/package.json', '"1.0.1"', '"1.0.0"');
    expect(await run(project)).toMatchObject({ reasons: 'cached' });
  });

  test('an edited folder that package.json names with file: reruns the stage once it is installed', async () => {
    project.edit('helper/index.js', 'helper 1', 'helper 2');
    project.remove('node_modules');
    await install(project, manager, registry.url);
    const { reasons } = await run(project);
    // npm links the folder. pnpm and Yarn copy it.
    const edited = 'package helper@1.0.0 was edited in node_modules: index.js';
    expect(reasons).toEqual([manager === 'npm' ? 'stages/train.ts: helper/index.js changed' : edited]);
    expect(await run(project)).toMatchObject({ reasons: 'cached' });
  });

  test('an upgrade reruns the stage, with the versions as the reason', async () => {
    project.write('package.json', manifest(manager, '2.0.0'));
    await install(project, manager, registry.url);
    expect(await run(project)).toMatchObject({ reasons: ['package outer 1.0.0 → 2.0.0'] });
  });
});

test('npm, pnpm and Yarn, which put packages in different places, lead to the same key', () => {
  expect(new Set(keys.values()).size).toBe(1);
  expect([...keys.keys()]).toEqual(MANAGERS);
});

test("a project with Yarn's Plug'n'Play is told to have its packages put into node_modules", async () => {
  const project = new Project({ ...FILES, 'package.json': manifest('yarn'), '.yarnrc.yml': 'nodeLinker: pnp\n' });
  rmSync(project.path('node_modules'), { recursive: true });
  await install(project, 'yarn', registry.url);
  const { exitCode, stderr } = await project.run();
  expect(exitCode).toBe(2);
  expect(stderr).toContain("stages/train.ts:2:23: package \"outer\" is in an archive of Yarn's Plug'n'Play");
  expect(stderr).toContain('Add "nodeLinker: node-modules" to .yarnrc.yml and run: yarn install');
});
