import { expect, test } from 'vitest';
import { cudaRequirements, pinnedWheel } from '../../scripts/setup/wheels.js';

test.each([
  ['cpu', 'linux', 'x64', 'tensorflow-cpu'],
  ['cpu', 'linux', 'arm64', 'tensorflow'],
  ['cuda', 'linux', 'x64', 'tensorflow'],
] as const)('%s on %s %s is %s from PyPI, pinned by its digest', (variant, platform, architecture, distribution) => {
  const wheel = pinnedWheel(variant, platform, architecture);
  expect(wheel?.distribution).toBe(distribution);
  expect(wheel?.sha256).toMatch(/^[0-9a-f]{64}$/);
});

test.each([
  ['cpu', 'win32', 'x64'],
  ['cpu', 'darwin', 'arm64'],
  ['cuda', 'linux', 'arm64'],
] as const)('%s on %s %s has no wheel that the addon can be built with', (variant, platform, architecture) => {
  expect(pinnedWheel(variant, platform, architecture)).toBeUndefined();
});

test('the CUDA wheels and their versions are those of the extra «and-cuda»', () => {
  const metadata = [
    'Requires-Dist: absl-py>=1.0.0',
    'Requires-Dist: tensorboard~=2.21.0',
    'Provides-Extra: and-cuda',
    'Requires-Dist: nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == "and-cuda"',
    "Requires-Dist: nvidia-nccl-cu12<3.0,>=2.27.7; extra == 'and-cuda'",
    'Provides-Extra: gcs-filesystem',
    'Requires-Dist: tensorflow-io-gcs-filesystem>=0.23.1; extra == "gcs-filesystem"',
  ].join('\n');
  expect(cudaRequirements(metadata)).toEqual(['nvidia-cublas-cu12<13.0,>=12.5.3.2', 'nvidia-nccl-cu12<3.0,>=2.27.7']);
});
