import { expect, test, vi } from 'vitest';
import { installPackages, packagesMatchLock } from '../../scripts/setup/packages.js';
import { Machine } from '../support/machine.ts';

const LOCK = 'clone/package-lock.json';
const INSTALLED = 'clone/node_modules/.package-lock.json';

const yaml = { version: '2.9.1', integrity: 'sha512-yaml' };
const lock = (packages: object) => JSON.stringify({ lockfileVersion: 3, packages });

/** A clone with what its lock asks for and what npm says is installed. */
function clone(wanted: object, installed?: object): Machine {
  const machine = new Machine();
  machine.write(LOCK, lock({ '': { name: 'pipeline' }, ...wanted }));
  if (installed !== undefined) machine.write(INSTALLED, lock(installed));
  return machine;
}

test.each([
  ['nothing is installed', { 'node_modules/yaml': yaml }, undefined, false],
  ['all is installed', { 'node_modules/yaml': yaml }, { 'node_modules/yaml': yaml }, true],
  ['a package is missing', { 'node_modules/yaml': yaml }, {}, false],
  ['a version differs', { 'node_modules/yaml': yaml }, { 'node_modules/yaml': { ...yaml, version: '2.9.0' } }, false],
  ['a content differs', { 'node_modules/yaml': yaml }, { 'node_modules/yaml': { ...yaml, integrity: 'other' } }, false],
  ['another platform’s package is missing', { 'node_modules/@esbuild/aix': { ...yaml, optional: true } }, {}, true],
  ['there is one more', {}, { 'node_modules/yaml': yaml }, true],
])('when %s', async (_case, wanted, installed, matches) => {
  expect(await packagesMatchLock(clone(wanted, installed).path('clone'))).toBe(matches);
});

test('treats an invalid lockfile inside node_modules as nothing installed', async () => {
  const machine = clone({ 'node_modules/yaml': yaml });
  machine.write(INSTALLED, '{"packages": {');
  expect(await packagesMatchLock(machine.path('clone'))).toBe(false);
});

const quiet = () => undefined;

/** A machine on which `npm` is this script. */
function withNpm(machine: Machine, script: string): Machine {
  vi.stubEnv('npm_execpath', undefined);
  machine.install('npm', script);
  return machine;
}

test('does not start npm when all packages are installed', async () => {
  const machine = withNpm(clone({ 'node_modules/yaml': yaml }, { 'node_modules/yaml': yaml }), '');
  expect(await installPackages(machine.path('clone'), quiet)).toEqual({ ok: true, value: undefined });
  expect(machine.calls('npm')).toEqual([]);
});

test('installs what the lockfile says, without install scripts', async () => {
  const machine = withNpm(clone({ 'node_modules/yaml': yaml }), '');
  expect(await installPackages(machine.path('clone'), quiet)).toEqual({ ok: true, value: undefined });
  expect(machine.calls('npm')).toEqual([expect.stringMatching(/^ci --ignore-scripts /)]);
});

test('installs with the npm that runs the set-up', async () => {
  const machine = withNpm(clone({ 'node_modules/yaml': yaml }), 'exit 1');
  vi.stubEnv('npm_execpath', machine.write('npm-cli.cjs', ''));
  expect(await installPackages(machine.path('clone'), quiet)).toEqual({ ok: true, value: undefined });
  expect(machine.calls('npm')).toEqual([]);
});

test('quotes npm only when it fails', async () => {
  const machine = withNpm(clone({ 'node_modules/yaml': yaml }), 'echo "npm error code ECONNREFUSED" >&2; exit 1');
  expect(await installPackages(machine.path('clone'), quiet)).toEqual({
    ok: false,
    failure: [
      {
        message: `npm could not install the packages of ${machine.path(LOCK)}:\nnpm error code ECONNREFUSED`,
        advice: expect.stringContaining('run the same command again'),
      },
    ],
  });
});
