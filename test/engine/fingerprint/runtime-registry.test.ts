import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FileDigests } from '../../../src/engine/fingerprint/file-digests.ts';
import { PackageGraph } from '../../../src/engine/fingerprint/package-graph.ts';
import { closePackages } from '../../../src/engine/fingerprint/packages.ts';
import { RuntimeRegistry } from '../../../src/engine/fingerprint/runtime-registry.ts';
import type { RuntimeFacts } from '../../../src/shared/extensions/runtime-facts.ts';
import { success } from '../../../src/shared/problem.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { unwrap } from '../../support/result.ts';

/** Installs packages in a temporary folder: path below `node_modules` → package.json. */
class Packages {
  readonly folder = temporaryFolder();

  constructor(packages: Readonly<Record<string, object>>) {
    for (const [path, manifest] of Object.entries(packages)) {
      this.write(`${path}/package.json`, JSON.stringify(manifest));
      const { dependencies, optionalDependencies } = manifest as Record<string, Record<string, string>>;
      const imported = Object.keys({ ...dependencies, ...optionalDependencies });
      this.write(`${path}/index.js`, imported.map((name) => `require('${name}');\n`).join(''));
    }
  }

  path(path: string): string {
    return join(this.folder, 'node_modules', path);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  /** Returns the packages that a bundle with these imports reaches. */
  reachedFrom(...names: readonly string[]) {
    const externals = Object.fromEntries(names.map((name) => [name, this.path(`${name}/index.js`)]));
    const digests = new FileDigests(join(this.folder, 'digests'));
    return closePackages(externals, { graph: new PackageGraph(), digests, covered: new Set() });
  }
}

/** Facts about the package `native` whose values are the arguments of `read`. */
const NATIVE: RuntimeFacts = {
  name: 'native',
  label: 'Native Things',
  packages: ['native', '@scope/native-gpu'],
  env: ['NATIVE_THREADS'],
  read: ({ name, version }, { hasGpu }) => success({ package: `${name} ${version}`, device: hasGpu ? 'gpu' : 'cpu' }),
};

const registryOf = (...registered: readonly RuntimeFacts[]) => new RuntimeRegistry(registered, () => true);

describe('the runtime facts of a stage', () => {
  test('include those about a package that its code imports', async () => {
    const code = await new Packages({ native: { name: 'native', version: '1.0.0' } }).reachedFrom('native');
    expect(unwrap(registryOf(NATIVE).factsOf(code, true))).toEqual({
      native: { package: 'native 1.0.0', device: 'gpu' },
    });
  });

  test('include those about a package that is reached only through other packages', async () => {
    const code = await new Packages({
      first: { name: 'first', version: '1.0.0', dependencies: { second: '*' } },
      second: { name: 'second', version: '1.0.0', optionalDependencies: { '@scope/native-gpu': '*' } },
      '@scope/native-gpu': { name: '@scope/native-gpu', version: '2.0.0' },
    }).reachedFrom('first');
    expect(unwrap(registryOf(NATIVE).factsOf(code, true))['native']).toMatchObject({
      package: '@scope/native-gpu 2.0.0',
    });
  });

  test('include those about a package that is installed under an alias', async () => {
    const code = await new Packages({ alias: { name: 'native', version: '1.0.0' } }).reachedFrom('alias');
    expect(unwrap(registryOf(NATIVE).factsOf(code, true))['native']).toMatchObject({ package: 'native 1.0.0' });
  });

  test('list every version of a package that is reached, independent of its folder', async () => {
    const one = { name: 'native', version: '1.0.0' };
    const two = { name: 'native', version: '2.0.0' };
    const user = { name: 'user', version: '1.0.0', dependencies: { native: '*' } };
    const hoisted = await new Packages({ native: one, user, 'user/node_modules/native': two }).reachedFrom(
      'native',
      'user',
    );
    const other = await new Packages({ native: two, user, 'user/node_modules/native': one }).reachedFrom(
      'native',
      'user',
    );
    const expected = { native: { package: 'native 1.0.0, native 2.0.0', device: 'gpu' } };
    expect(unwrap(registryOf(NATIVE).factsOf(hoisted, true))).toEqual(expected);
    expect(unwrap(registryOf(NATIVE).factsOf(other, true))).toEqual(expected);
  });

  test('are empty if no registered package is reached, without looking for a GPU', async () => {
    const code = await new Packages({ other: { name: 'other', version: '1.0.0' } }).reachedFrom('other');
    const registry = new RuntimeRegistry([NATIVE], () => {
      throw new Error('nobody should look for a GPU');
    });
    expect(unwrap(registry.factsOf(code, true))).toEqual({});
    expect(registry.variablesOf(code)).toEqual([]);
  });

  test('are those of a machine without a GPU if no GPU is visible to the stage', async () => {
    const code = await new Packages({ native: { name: 'native', version: '1.0.0' } }).reachedFrom('native');
    const registry = registryOf(NATIVE);
    expect(unwrap(registry.factsOf(code, false))['native']?.['device']).toBe('cpu');
    expect(unwrap(registry.factsOf(code, true))['native']?.['device']).toBe('gpu');
  });

  test('are read once a run, however many stages reach the package', async () => {
    let reads = 0;
    const counting = { ...NATIVE, read: () => success({ reads: String(++reads) }) };
    const packages = new Packages({ native: { name: 'native', version: '1.0.0' } });
    const registry = registryOf(counting);
    for (let stage = 0; stage < 3; stage++) registry.factsOf(await packages.reachedFrom('native'), false);
    expect(reads).toBe(1);
  });

  test('come with the environment variables that the package reads and a label for messages', async () => {
    const code = await new Packages({ native: { name: 'native', version: '1.0.0' } }).reachedFrom('native');
    expect(registryOf(NATIVE).variablesOf(code)).toEqual(['NATIVE_THREADS']);
    expect(registryOf(NATIVE).labelOf('native')).toBe('Native Things');
    expect(registryOf(NATIVE).labelOf('gone')).toBe('gone');
  });
});
