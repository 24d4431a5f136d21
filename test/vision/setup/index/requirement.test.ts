import { expect, test } from 'vitest';
import { chooseFile, parseRequirement } from '../../../../src/vision/setup/index/requirement.ts';

/** The filenames' version that a requirement chooses. */
function chosen(requirement: string, ...filenames: readonly string[]): string | undefined {
  const files = filenames.map((filename) => ({ filename, url: '', yanked: filename.includes('9.9.9') }));
  return chooseFile(files, parseRequirement(requirement), 'x86_64')?.filename;
}

const of = (version: string, platform = 'manylinux_2_17_x86_64') => `a_b-${version}-py3-none-${platform}.whl`;

test.each([
  ['a-b', '10.1'],
  ['a-b<10', '9.2'],
  ['a-b<10,>=9,!=9.2', '9.1.post1'],
  ['a-b==9.1', '9.1'],
  ['a-b<=9.1', '9.1'],
  ['a-b>9.2', '10.1'],
  ['a-b~=9.1', '9.2'],
  ['a-b~=9.1.0', '9.1.post1'],
  ['a-b>=11', undefined],
])('chooses the newest version that %s admits: %s', (requirement, version) => {
  const versions = ['9.1', '9.1.post1', '9.2', '10.1', '11.0rc1', '9.9.9'];
  expect(chosen(requirement, ...versions.map((each) => of(each)))).toBe(version && of(version));
});

test('chooses a wheel for Linux on this machine', () => {
  const fits = of('1.0', 'manylinux2014_x86_64.manylinux_2_17_x86_64');
  expect(chosen('a-b', of('2.0', 'win_amd64'), of('2.0', 'manylinux_2_17_aarch64'), 'a_b-2.0.tar.gz', fits)).toBe(fits);
});

test('parses the name of a distribution and its specifiers', () => {
  expect(parseRequirement('nvidia-nccl-cu12<3.0,>=2.27.7')).toEqual({
    distribution: 'nvidia-nccl-cu12',
    specifiers: [
      { operator: '<', version: [3, 0] },
      { operator: '>=', version: [2, 27, 7] },
    ],
  });
});
