import { expect, test } from 'vitest';
import { checkPackage } from '../../../src/vision/doctor/packages.ts';
import { temporaryFolder, writeFiles } from '../../support/dataset.ts';

const packageWith = (version: string) => ({
  'node_modules/sharp/package.json': JSON.stringify({ name: 'sharp', version, main: 'lib/index.js' }),
  'node_modules/sharp/lib/index.js': '',
});

test('doctor shows the version of a package in the project', async () => {
  const root = temporaryFolder();
  writeFiles(root, packageWith('1.2.3'));
  expect(await checkPackage('sharp').run(root)).toEqual([{ name: 'sharp', ok: true, found: '1.2.3' }]);
});

test('doctor finds a package beside this one that the project does not have', async () => {
  const [finding] = await checkPackage('sharp').run(temporaryFolder());
  expect(finding).toMatchObject({ name: 'sharp', ok: true });
  expect(finding?.found).toMatch(/^\d+\.\d+\.\d+$/);
});

test('doctor shows the command that installs a missing package', async () => {
  expect(await checkPackage('no-such-package').run(temporaryFolder())).toEqual([
    {
      name: 'no-such-package',
      ok: false,
      found: 'not installed',
      advice: 'Install it: npm install no-such-package',
    },
  ]);
});
