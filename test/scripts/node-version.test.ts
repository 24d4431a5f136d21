import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkNode } from '../../scripts/setup/node-version.js';

test.each(['20.19.0', '20.20.2', '21.0.0', '22.23.3', '26.10.0'])('accepts Node %s', (version) => {
  expect(checkNode(version)).toEqual({ ok: true, value: undefined });
});

test.each(['18.20.8', '20.18.3'])('reports that Node %s is too old', (version) => {
  expect(checkNode(version)).toMatchObject({
    ok: false,
    failure: [{ message: `This is Node ${version}, but Node 20.19 or newer is required.` }],
  });
});

test('requires the version that package.json requires', () => {
  expect(JSON.parse(readFileSync('package.json', 'utf8')).engines.node).toBe('>=20.19');
});
