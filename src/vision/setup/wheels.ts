import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SetupProgress } from '../../shared/extensions/setup-step.ts';
import { problem, type Result, success } from '../../shared/problem.ts';
import { fetchWheel } from './index/fetch-wheel.ts';
import type { PackageIndex } from './index/package-index.ts';
import { chooseFile, parseRequirement } from './index/requirement.ts';
import type { Variant } from './variant.ts';

export const TENSORFLOW_VERSION = '2.21.0';

/**
 * A wheel on PyPI. One CPython's is as good as another's, since only its C library matters: the same for everybody
 * means that one digest can be pinned.
 */
export interface PinnedWheel {
  readonly distribution: string;
  readonly filename: string;
  readonly bytes: number;
  readonly sha256: string;
}

const PINNED_WHEELS: Readonly<Record<string, PinnedWheel>> = {
  'cpu-linux-x64': {
    distribution: 'tensorflow-cpu',
    filename: `tensorflow_cpu-${TENSORFLOW_VERSION}-cp312-cp312-manylinux_2_27_x86_64.whl`,
    bytes: 274_000_871,
    sha256: 'dcc8afd32930e42d5296b6ee19078b773706830af4ea97fbe503b9f5e0f820cb',
  },
  'cpu-linux-arm64': {
    distribution: 'tensorflow',
    filename: `tensorflow-${TENSORFLOW_VERSION}-cp312-cp312-manylinux_2_27_aarch64.whl`,
    bytes: 281_946_471,
    sha256: 'b07d15737406533898e36c7ef7944b1be18e9028dc521b9229952c537bbc5552',
  },
  'cpu-darwin-arm64': {
    distribution: 'tensorflow',
    filename: `tensorflow-${TENSORFLOW_VERSION}-cp312-cp312-macosx_12_0_arm64.whl`,
    bytes: 223_488_205,
    sha256: '56ecd7d47429acbe1df2694d50b75bf9fc3995ac92cb367cd9af6c4780ead712',
  },
  'cuda-linux-x64': {
    distribution: 'tensorflow',
    filename: `tensorflow-${TENSORFLOW_VERSION}-cp312-cp312-manylinux_2_27_x86_64.whl`,
    bytes: 572_611_111,
    sha256: 'b3b95643c4e70eb925839938fb35cbe142f317ec84af6844ee61513713bb13c0',
  },
};

/** Returns the wheel for a platform; nothing if TensorFlow is not published for it. */
export function pinnedWheel(variant: Variant, platform: string, architecture: string): PinnedWheel | undefined {
  return PINNED_WHEELS[`${variant}-${platform}-${architecture}`];
}

/** Where wheels come from, where they are kept while they are needed, and where their progress is shown. */
export interface WheelSource {
  readonly index: PackageIndex;
  readonly directory: string;
  readonly progress: SetupProgress;
}

/** Downloads TensorFlow's wheel and returns its path. */
export async function downloadTensorFlow(wheel: PinnedWheel, source: WheelSource): Promise<Result<string>> {
  const { distribution, filename, bytes, sha256 } = wheel;
  const files = await source.index.filesOf(distribution);
  if (!files.ok) return files;
  const file = files.value.find((candidate) => candidate.filename === filename);
  if (file === undefined) return problem(...missing(filename, source.index));
  const label = `Downloading TensorFlow ${TENSORFLOW_VERSION} (${Math.round(bytes / 1e6)} MB)`;
  // The digest pinned here, whatever the index says.
  return fetchWheel({ ...file, sha256 }, { ...source, label });
}

/**
 * Downloads the wheels with CUDA's libraries that TensorFlow's own metadata asks for, and returns their paths.
 *
 * @param unpacked the directory into which TensorFlow's wheel has been unpacked
 */
export async function downloadCuda(unpacked: string, source: WheelSource): Promise<Result<readonly string[]>> {
  const metadata = join(unpacked, `tensorflow-${TENSORFLOW_VERSION}.dist-info`, 'METADATA');
  const requirements = cudaRequirements(await readFile(metadata, 'utf8'));
  const wheels: string[] = [];
  for (const [index, text] of requirements.entries()) {
    const requirement = parseRequirement(text);
    const files = await source.index.filesOf(requirement.distribution);
    if (!files.ok) return files;
    const file = chooseFile(files.value, requirement);
    if (file === undefined) return problem(...missing(`a wheel for ${text}`, source.index));
    const label = `Downloading CUDA (2.8 GB), ${index + 1} of ${requirements.length}: ${requirement.distribution}`;
    const wheel = await fetchWheel(file, { ...source, label });
    if (!wheel.ok) return wheel;
    wheels.push(wheel.value);
  }
  return success(wheels);
}

/**
 * Returns what a wheel asks for under its extra `and-cuda`, such as `nvidia-nccl-cu12<3.0,>=2.27.7`.
 *
 * @param metadata the content of its METADATA file
 */
export function cudaRequirements(metadata: string): readonly string[] {
  return [...metadata.matchAll(/^Requires-Dist: ([^;\n]+); extra == ["']and-cuda["']/gm)].map(([, name = '']) =>
    name.trim(),
  );
}

function missing(what: string, { places }: PackageIndex): [string, { readonly advice: string }] {
  return [
    `The Python package index does not have ${what}. Searched: ${places.join(', ')}`,
    {
      advice:
        'Name an index that mirrors PyPI in PIP_INDEX_URL, or in the configuration of pip, and run `npx pipeline setup` again.',
    },
  ];
}
