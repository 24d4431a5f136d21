import { rmSync, utimesSync } from 'node:fs';
import { expect, test } from 'vitest';
import { isUpToDate, stampBuild } from '../../scripts/build/freshness.js';
import { Machine } from '../support/machine.ts';

const LONG_AGO = new Date('2018-06-01');
const BUILT = new Date('2018-06-02');
const LATER = new Date('2018-06-03');

/** Creates a clone that was built after its sources were written. */
async function builtClone() {
  const machine = new Machine();
  const sources = ['src/main.ts', 'src/index.ts', 'src/engine/exit.ts'];
  for (const file of [...sources, 'node_modules/.package-lock.json', 'dist/cli.cjs']) {
    machine.write(file, '');
    touch(machine, file, LONG_AGO);
  }
  for (const directory of ['src', 'src/engine']) touch(machine, directory, LONG_AGO);
  await stampBuild(machine.directory, BUILT);
  return machine;
}

function touch(machine: Machine, path: string, time: Date): void {
  utimesSync(machine.path(path), time, time);
}

test('a build is up to date if no input has changed', async () => {
  expect(await isUpToDate((await builtClone()).directory)).toBe(true);
});

test.each(['src/main.ts', 'node_modules/.package-lock.json'])('a build is stale after a change of %s', async (file) => {
  const machine = await builtClone();
  touch(machine, file, LATER);
  expect(await isUpToDate(machine.directory)).toBe(false);
});

test('a build is stale after a source file was deleted', async () => {
  const machine = await builtClone();
  rmSync(machine.path('src/main.ts'));
  expect(await isUpToDate(machine.directory)).toBe(false);
});

test('a build is stale if an input changed during the build', async () => {
  const machine = await builtClone();
  touch(machine, 'src/index.ts', BUILT);
  expect(await isUpToDate(machine.directory)).toBe(false);
});

test('a clone without dist/ is not up to date', async () => {
  const machine = await builtClone();
  rmSync(machine.path('dist'), { recursive: true });
  expect(await isUpToDate(machine.directory)).toBe(false);
});
