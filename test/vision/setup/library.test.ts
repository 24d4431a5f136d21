import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { fetchLibrary, libraryDirectory } from '../../scripts/setup/library.js';
import { pinnedWheel } from '../../scripts/setup/wheels.js';
import { Machine } from '../support/machine.ts';

const quiet = { begin() {}, update() {}, end() {} };

/** `pip download` makes a wheel of the name that was asked for; unpacking one makes a file of its name. */
const PYTHON = `
case "$*" in
  *"pip download"*)
    while [ $# -gt 0 ]; do
      case "$1" in --dest) dest=$2;; --requirement) name=$(sed 's/[<>=].*//; s/-/_/g' "$2"); cp "$2" "$(dirname "$0")/../asked-for.txt";; esac
      shift
    done
    echo wheel > "$dest/$name-1.0-py3-none-any.whl";;
  *unpack-wheel.py*)
    mkdir -p "$3/tensorflow" "$3/tensorflow-2.21.0.dist-info"
    cp "$2" "$3/tensorflow/"
    printf '%s\\n' 'Requires-Dist: numpy>=1.26' 'Provides-Extra: and-cuda' \\
      'Requires-Dist: nvidia-nccl-cu12<3.0,>=2.27.7; extra == "and-cuda"' > "$3/tensorflow-2.21.0.dist-info/METADATA";;
esac`;

function wheelFor(variant: 'cpu' | 'cuda') {
  const wheel = pinnedWheel(variant, 'linux', 'x64');
  if (wheel === undefined) throw new Error('no wheel is pinned');
  return wheel;
}

function machineWithPython(script = PYTHON): Machine {
  const machine = new Machine();
  machine.install('python3', script);
  return machine;
}

test('TensorFlow comes into the user’s cache whole, and nothing else stays there', async () => {
  const machine = machineWithPython();
  expect(await fetchLibrary('cpu', wheelFor('cpu'), quiet)).toEqual({ ok: true, value: undefined });
  expect(libraryDirectory('cpu')).toBe(machine.path('cache/pipeline/tensorflow-2.21.0-cpu'));
  expect(machine.list('cache/pipeline')).toEqual(['tensorflow-2.21.0-cpu']);
  expect(machine.list('cache/pipeline/tensorflow-2.21.0-cpu/tensorflow')).toEqual([
    'tensorflow_cpu-1.0-py3-none-any.whl',
  ]);
});

test('pip fetches one wheel for every Python there is, by its own settings and a pinned digest', async () => {
  const machine = machineWithPython();
  await fetchLibrary('cpu', wheelFor('cpu'), quiet);
  const [download] = machine.calls('python3');
  expect(download).toMatch(/--no-deps --only-binary=:all: .*--abi=cp312 --platform=manylinux_2_27_x86_64/);
  expect(machine.read('asked-for.txt')).toBe(`tensorflow-cpu==2.21.0 --hash=sha256:${wheelFor('cpu').sha256}\n`);
  expect(download).not.toMatch(/index-url|trusted-host|no-cache/);
});

test('with CUDA, the wheels that TensorFlow’s metadata names lie beside it', async () => {
  const machine = machineWithPython();
  await fetchLibrary('cuda', wheelFor('cuda'), quiet);
  expect(machine.list('cache/pipeline')).toEqual(['tensorflow-2.21.0-cuda']);
  expect(machine.list('cache/pipeline/tensorflow-2.21.0-cuda/tensorflow')).toEqual([
    'nvidia_nccl_cu12-1.0-py3-none-any.whl',
    'tensorflow-1.0-py3-none-any.whl',
  ]);
});

test('a set-up that was killed while unpacking leaves its wheel to the next, and its half to the bin', async () => {
  const machine = machineWithPython();
  const { pid } = spawnSync('true');
  machine.write('cache/pipeline/tensorflow-2.21.0-cpu.wheels/tensorflow_cpu-2.21.0-cp312.whl', 'kept');
  machine.write(`cache/pipeline/tensorflow-2.21.0-cpu.incomplete-${hostname()}-${pid}/tensorflow/half`, '');
  expect(await fetchLibrary('cpu', wheelFor('cpu'), quiet)).toMatchObject({ ok: true });
  expect(machine.calls('python3').filter((call) => call.includes('pip download'))).toEqual([]);
  expect(machine.list('cache/pipeline')).toEqual(['tensorflow-2.21.0-cpu']);
  expect(machine.read('cache/pipeline/tensorflow-2.21.0-cpu/tensorflow/tensorflow_cpu-2.21.0-cp312.whl')).toBe('kept');
});

test('what another set-up is filling at this moment is left alone', async () => {
  const machine = machineWithPython();
  const other = `tensorflow-2.21.0-cpu.incomplete-${hostname()}-${process.ppid}`;
  machine.write(`cache/pipeline/${other}/tensorflow/half`, '');
  await fetchLibrary('cpu', wheelFor('cpu'), quiet);
  expect(machine.list('cache/pipeline')).toEqual(['tensorflow-2.21.0-cpu', other]);
});

test('when another set-up is done first, its result is taken', async () => {
  const machine = new Machine();
  const whole = machine.path('cache/pipeline/tensorflow-2.21.0-cpu/tensorflow');
  machine.install('python3', `${PYTHON}\nmkdir -p '${whole}' && touch '${whole}/theirs'`);
  expect(await fetchLibrary('cpu', wheelFor('cpu'), quiet)).toEqual({ ok: true, value: undefined });
  expect(machine.list('cache/pipeline/tensorflow-2.21.0-cpu/tensorflow')).toEqual(['theirs']);
  expect(machine.list('cache/pipeline').filter((name) => name.includes('incomplete'))).toEqual([]);
});

test('when pip fails, its own words are shown with what to do, and no half is left', async () => {
  const machine = machineWithPython('echo "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES" >&2; exit 1');
  expect(await fetchLibrary('cpu', wheelFor('cpu'), quiet)).toEqual({
    ok: false,
    failure: [
      {
        message: 'pip could not download tensorflow-cpu:\nERROR: THESE PACKAGES DO NOT MATCH THE HASHES',
        advice: expect.stringContaining('npm run setup'),
      },
    ],
  });
  expect(machine.list('cache/pipeline')).toEqual(['tensorflow-2.21.0-cpu.wheels']);
  expect(machine.list('cache/pipeline/tensorflow-2.21.0-cpu.wheels')).toEqual([]);
});

test('a cache that cannot be written is named, with the way round it', async () => {
  const machine = machineWithPython();
  machine.write('cache', 'a file where the folder should be');
  expect(await fetchLibrary('cpu', wheelFor('cpu'), quiet)).toMatchObject({
    ok: false,
    failure: [
      {
        message: expect.stringContaining(machine.path('cache/pipeline')),
        advice: expect.stringContaining('XDG_CACHE_HOME'),
      },
    ],
  });
});
