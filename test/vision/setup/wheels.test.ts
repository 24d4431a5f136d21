import { expect, test } from 'vitest';
import { cudaRequirements, pinnedWheel } from '../../../src/vision/setup/wheels.ts';

test.each([
  ['cpu', 'linux', 'x64', 'tensorflow-cpu'],
  ['cpu', 'linux', 'arm64', 'tensorflow'],
  ['cuda', 'linux', 'x64', 'tensorflow'],
] as const)('pins the wheel for %s on %s %s: %s, by its digest', (variant, platform, architecture, distribution) => {
  const wheel = pinnedWheel(variant, platform, architecture);
  expect(wheel?.distribution).toBe(distribution);
  expect(wheel?.filename).toMatch(
    new RegExp(`^${distribution.replace('-', '_')}-2.21.0-cp312-cp312-manylinux_2_27_\\w+\\.whl$`),
  );
  expect(wheel?.sha256).toMatch(/^[0-9a-f]{64}$/);
});

test.each([
  ['cpu', 'win32', 'x64'],
  ['cpu', 'darwin', 'x64'],
  ['cuda', 'linux', 'arm64'],
] as const)('pins no wheel for %s on %s %s, for which none is published', (variant, platform, architecture) => {
  expect(pinnedWheel(variant, platform, architecture)).toBeUndefined();
});

test('reads the wheels of CUDA and their versions from the extra `and-cuda`', () => {
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
