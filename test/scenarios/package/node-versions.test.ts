import { afterAll, beforeAll, expect, test } from 'vitest';
import { Packed } from './packed.ts';

/** `npm run test:package`: not a part of `npm test`, since each version of Node is a download of 40 MB. */

const packed = new Packed();

beforeAll(() => packed.pack());
afterAll(() => packed.remove());

test.each(['20.19', '22', '24'])('the package installs and works on Node %s', { timeout: 300_000 }, async (version) => {
  const project = packed.project(`node-${version}`);
  await project.useNode(version);
  const { exitCode, stderr } = await project.npm('install', packed.tarball);
  expect(exitCode, stderr).toBe(0);
  const { stdout } = await project.pipeline('doctor');
  expect(stdout).toContain(`node          v${version}.`);
  await project.expectToWork();
});
