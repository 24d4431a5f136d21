import { expect, test } from 'vitest';
import { bubblewrapped } from '../../../src/engine/verify/sandbox/bubblewrap.ts';
import { arranged, type Mount } from '../../../src/engine/verify/sandbox/mounts.ts';

const read = (from: string, at = from): Mount => ({ kind: 'read', from, at });
const write = (from: string, at = from): Mount => ({ kind: 'write', from, at });

test('a mount comes after the one in which it lies, in whatever order they are given', () => {
  const cache = write('/project/cache');
  const mounts: Mount[] = [cache, { kind: 'sealed', at: '/project' }, { kind: 'sealed', at: '/' }];
  expect(arranged(mounts)).toEqual([mounts[2], mounts[1], cache]);
});

test('what can be seen anyway is not mounted again, so that it needs no place in a read-only folder', () => {
  expect(arranged([read('/usr/lib/libz.so.1'), read('/usr')])).toEqual([read('/usr')]);
  expect(arranged([{ kind: 'link', to: 'usr/bin', at: '/bin' }, read('/usr'), read('/bin/sh')])).toHaveLength(2);
  expect(arranged([read('/data'), { kind: 'sealed', at: '/data/project' }])).toEqual([read('/data')]);
});

test('what another mount hides, or shows otherwise, is mounted on top', () => {
  const hidden: Mount = { kind: 'empty', at: '/usr/lib/node_modules' };
  const engine = read('/usr/lib/node_modules/pipeline/dist');
  expect(arranged([engine, read('/usr'), hidden])).toEqual([read('/usr'), hidden, engine]);
  expect(arranged([read('/data'), write('/data/cache')])).toHaveLength(2);
  expect(arranged([write('/', '/'), read('/tmp/passwd', '/etc/passwd')])).toHaveLength(2);
});

test('nothing can be written into what is sealed, once everything is mounted', () => {
  const sandbox = { mounts: [{ kind: 'sealed', at: '/' } as const, write('/work')], network: false };
  const command = bubblewrapped(['node', 'host.js'], '/work', sandbox);
  expect(command.slice(-10)).toEqual([
    ...['--bind', '/work', '/work', '--remount-ro', '/'],
    ...['--chdir', '/work', '--', 'node', 'host.js'],
  ]);
});
