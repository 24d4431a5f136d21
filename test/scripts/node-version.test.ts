import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkNode } from '../../scripts/setup/node-version.js';

test.each(['20.19.0', '20.20.2', '21.0.0', '22.23.3', '26.10.0'])('Node %s will do', (version) => {
  expect(checkNode(version)).toEqual({ ok: true, value: undefined });
});

test.each(['18.20.8', '20.18.3'])('Node %s is too old, and is told so', (version) => {
  expect(checkNode(version)).toMatchObject({
    ok: false,
    failure: [{ message: `This is Node ${version}; it takes 20.19 or newer.` }],
  });
});

test('package.json asks for the same', () => {
  expect(JSON.parse(readFileSync('package.json', 'utf8')).engines.node).toBe('>=20.19');
});
