import { expect, test } from 'vitest';
import { checkPackage } from '../../../src/vision/doctor/packages.ts';
import { temporaryFolder, writeFiles } from '../../support/dataset.ts';

const packageWith = (version: string) => ({
  'node_modules/sharp/package.json': JSON.stringify({ name: 'sharp', version, main: 'lib/index.js' }),
  'node_modules/sharp/lib/index.js': '',
});

test('a package of the project is told by its version', async () => {
  const root = temporaryFolder();
  writeFiles(root, packageWith('1.2.3'));
  expect(await checkPackage('sharp').run(root)).toEqual([{ name: 'sharp', ok: true, found: '1.2.3' }]);
});

test('a package that the project lacks is looked for beside this one', async () => {
  const [finding] = await checkPackage('sharp').run(temporaryFolder());
  expect(finding).toMatchObject({ name: 'sharp', ok: true });
  expect(finding?.found).toMatch(/^\d+\.\d+\.\d+$/);
});

test('a package that is not installed comes with the command that installs it', async () => {
  expect(await checkPackage('no-such-package').run(temporaryFolder())).toEqual([
    {
      name: 'no-such-package',
      ok: false,
      found: 'not installed',
      advice: 'Install it: npm install no-such-package',
    },
  ]);
});
