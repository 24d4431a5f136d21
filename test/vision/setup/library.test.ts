import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { fetchLibrary, libraryDirectory } from '../../../src/vision/setup/library.ts';
import type { PinnedWheel } from '../../../src/vision/setup/wheels.ts';
import { cutAfter } from '../../support/file-server.ts';
import { Machine } from '../../support/machine.ts';
import { PythonIndex, sha256, useIndex, wheel } from '../../support/python-index.ts';

const quiet = { begin() {}, update() {}, end() {} };

const TENSORFLOW = wheel({
  'tensorflow/libtensorflow_cc.so.2': 'library '.repeat(100_000),
  'tensorflow-2.21.0.dist-info/METADATA': [
    'Requires-Dist: numpy>=1.26',
    'Provides-Extra: and-cuda',
    'Requires-Dist: nvidia-nccl-cu12<3.0,>=2.27.7; extra == "and-cuda"',
  ].join('\n'),
});
const FILENAME = 'tensorflow_cpu-2.21.0-cp312-cp312-manylinux_2_27_x86_64.whl';
const NCCL = wheel({ 'nvidia/nccl/lib/libnccl.so.2': 'nccl' });

const FILES = {
  'tensorflow-cpu': { 'tensorflow_cpu-2.21.0-cp313-cp313-win_amd64.whl': Buffer.from('other'), [FILENAME]: TENSORFLOW },
  'nvidia-nccl-cu12': {
    'nvidia_nccl_cu12-2.26.0-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl': Buffer.from('too old'),
    'nvidia_nccl_cu12-2.28.3-py3-none-manylinux_2_18_x86_64.whl': NCCL,
    'nvidia_nccl_cu12-2.28.3-py3-none-manylinux_2_18_aarch64.whl': Buffer.from('another machine'),
    'nvidia_nccl_cu12-2.27.7-py3-none-manylinux_2_18_x86_64.whl': Buffer.from('older'),
    'nvidia_nccl_cu12-3.0.1-py3-none-manylinux_2_18_x86_64.whl': Buffer.from('too new'),
  },
};

const PINNED: PinnedWheel = {
  distribution: 'tensorflow-cpu',
  filename: FILENAME,
  bytes: TENSORFLOW.length,
  sha256: sha256(TENSORFLOW),
};

test.each(['json', 'html'] as const)(
  'puts TensorFlow into the cache of the user, from an index in %s',
  async (format) => {
    const machine = new Machine();
    const index = await PythonIndex.start(FILES, format);
    expect(await fetchLibrary('cpu', PINNED, quiet)).toEqual({ ok: true, value: undefined });
    expect(libraryDirectory('cpu')).toBe(machine.path('cache/pipeline/tensorflow-2.21.0-cpu'));
    expect(machine.list('cache/pipeline'), 'the wheel is deleted').toEqual(['tensorflow-2.21.0-cpu']);
    expect(machine.list('cache/pipeline/tensorflow-2.21.0-cpu/tensorflow')).toEqual(['libtensorflow_cc.so.2']);
    expect(index.asked).toEqual(['/simple/tensorflow-cpu/', `/files/${FILENAME}`]);
  },
);

test('puts the newest admitted wheels of CUDA that the metadata of TensorFlow names beside it', async () => {
  const machine = new Machine();
  await PythonIndex.start(FILES);
  expect(await fetchLibrary('cuda', PINNED, quiet)).toEqual({ ok: true, value: undefined });
  expect(machine.read('cache/pipeline/tensorflow-2.21.0-cuda/nvidia/nccl/lib/libnccl.so.2')).toBe('nccl');
});

test('resumes the download of a set-up that was killed, and deletes what that had unpacked', async () => {
  const machine = new Machine();
  const { pid } = spawnSync('true');
  const index = await PythonIndex.start(FILES);
  const wheels = `cache/pipeline/tensorflow-2.21.0-cpu.wheels/sha256-${PINNED.sha256}`;
  const url = `http://${index.host}/files/${FILENAME}`;
  machine.write(`${wheels}/${FILENAME}.partial.json`, JSON.stringify({ url, validator: '"1"' }));
  machine.write(`${wheels}/${FILENAME}.partial`, TENSORFLOW.subarray(0, 500));
  machine.write(`cache/pipeline/tensorflow-2.21.0-cpu.incomplete-${hostname()}-${pid}/tensorflow/half`, '');
  expect(await fetchLibrary('cpu', PINNED, quiet)).toMatchObject({ ok: true });
  expect(index.asked).toEqual(['/simple/tensorflow-cpu/', `/files/${FILENAME} bytes=500-`]);
  expect(machine.list('cache/pipeline')).toEqual(['tensorflow-2.21.0-cpu']);
});

test('resumes a download whose connection is cut', async () => {
  new Machine();
  const index = await PythonIndex.start(FILES);
  index.instead.push(cutAfter(400, TENSORFLOW, '"1"'));
  expect(await fetchLibrary('cpu', PINNED, quiet)).toMatchObject({ ok: true });
  expect(index.asked.at(-1)).toBe(`/files/${FILENAME} bytes=400-`);
});

test('leaves what another running set-up unpacks alone', async () => {
  const machine = new Machine();
  await PythonIndex.start(FILES);
  const other = `tensorflow-2.21.0-cpu.incomplete-${hostname()}-${process.ppid}`;
  machine.write(`cache/pipeline/${other}/tensorflow/half`, '');
  await fetchLibrary('cpu', PINNED, quiet);
  expect(machine.list('cache/pipeline')).toEqual(['tensorflow-2.21.0-cpu', other]);
});

test('takes the result of another set-up that finishes first', async () => {
  const machine = new Machine();
  await PythonIndex.start(FILES);
  const whileUnpacking = () => machine.write('cache/pipeline/tensorflow-2.21.0-cpu/tensorflow/theirs', '');
  expect(await fetchLibrary('cpu', PINNED, { begin() {}, update: whileUnpacking })).toEqual({
    ok: true,
    value: undefined,
  });
  expect(machine.list('cache/pipeline/tensorflow-2.21.0-cpu/tensorflow')).toEqual(['theirs']);
  expect(machine.list('cache/pipeline').filter((name) => name.includes('incomplete'))).toEqual([]);
});

test('refuses a wheel whose SHA-256 is not the pinned one, and leaves nothing of it', async () => {
  const machine = new Machine();
  const other = wheel({ 'tensorflow/libtensorflow_cc.so.2': 'altered' });
  await PythonIndex.start({ 'tensorflow-cpu': { [FILENAME]: other } });
  expect(await fetchLibrary('cpu', PINNED, quiet)).toMatchObject({
    ok: false,
    failure: [{ message: expect.stringContaining(`sha256 ${sha256(other)}, expected sha256 ${PINNED.sha256}`) }],
  });
  expect(machine.list('cache/pipeline')).toEqual(['tensorflow-2.21.0-cpu.wheels']);
});

test('names the index that lacks the wheel, without the password in its address', async () => {
  new Machine();
  const index = await PythonIndex.start({});
  useIndex(index.url.replace('//', '//reader:secret@'));
  expect(await fetchLibrary('cpu', PINNED, quiet)).toEqual({
    ok: false,
    failure: [
      {
        message: `The Python package index does not have ${FILENAME}. Searched: ${index.url}`,
        advice:
          'Name an index that mirrors PyPI in PIP_INDEX_URL, or in the configuration of pip, and run `npx pipeline setup` again.',
      },
    ],
  });
  expect(index.asked).toEqual([`/simple/tensorflow-cpu/ Basic ${Buffer.from('reader:secret').toString('base64')}`]);
});

test('names an index that does not answer, and says what to check', async () => {
  new Machine();
  useIndex('http://127.0.0.1:9/simple');
  expect(await fetchLibrary('cpu', PINNED, quiet)).toMatchObject({
    ok: false,
    failure: [
      {
        message: expect.stringContaining(
          'The Python package index cannot be read: http://127.0.0.1:9/simple/tensorflow-cpu/: ',
        ),
        advice: expect.stringContaining('PIP_INDEX_URL'),
      },
    ],
  });
});

test('names a cache directory that cannot be written, and how to choose another', async () => {
  const machine = new Machine();
  await PythonIndex.start(FILES);
  machine.write('cache', 'a file where the folder should be');
  expect(await fetchLibrary('cpu', PINNED, quiet)).toMatchObject({
    ok: false,
    failure: [
      {
        message: expect.stringContaining(machine.path('cache/pipeline')),
        advice: expect.stringContaining('XDG_CACHE_HOME'),
      },
    ],
  });
});
