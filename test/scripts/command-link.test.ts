import { readlinkSync, symlinkSync } from 'node:fs';
import { expect, test } from 'vitest';
import { linkCommand } from '../../scripts/setup/command-link.js';
import { Machine } from '../support/machine.ts';

test('npx finds the command of the clone itself', async () => {
  const machine = new Machine();
  machine.write('clone/dist/cli.cjs', 'built');
  await linkCommand(machine.path('clone'));
  expect(machine.read('clone/node_modules/.bin/pipeline')).toBe('built');
});

test('a link to somewhere else is replaced, one that is right stays', async () => {
  const machine = new Machine();
  machine.write('clone/node_modules/.bin/other', '');
  symlinkSync('other', machine.path('clone/node_modules/.bin/pipeline'));
  await linkCommand(machine.path('clone'));
  await linkCommand(machine.path('clone'));
  expect(readlinkSync(machine.path('clone/node_modules/.bin/pipeline'))).toBe('../../dist/cli.cjs');
});
