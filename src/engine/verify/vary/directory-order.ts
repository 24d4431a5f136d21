import { mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../../../shared/problem.ts';
import { findProgram } from '../../execute/find-program.ts';
import { MARK } from '../../execute/left-behind.ts';
import { MESSAGES } from '../../execute/protocol.ts';
import type { Mount } from '../sandbox/mounts.ts';
import { EVERYTHING, sandboxObstacle } from '../sandbox/obstacles.ts';
import type { PossibleVariation, VariedMachine } from './variation.ts';

/**
 * Mounts folders over others, which list their files in reverse order, until a word `--`, and then execs what follows.
 * What mounts them ends with the sandbox, and is no process that the stage has left behind.
 */
const MOUNT = [
  'while [ "$1" != -- ]; do',
  `  env -u ${MARK} disorderfs --quiet --sort-dirents=yes --reverse-dirents=yes -o ro "$1" "$2" ${MESSAGES}>&- >/dev/null || {`,
  '    echo "disorderfs: cannot mount $2" >&2',
  '    exit 125',
  '  }',
  '  shift 2',
  'done',
  'shift',
  'exec "$@"',
].join('\n');

/** Input folders list their files in reverse alphabetical order. */
export function directoryOrder(machine: VariedMachine): PossibleVariation {
  const name = 'directory order';
  const obstacle = obstacleOf(machine);
  if (obstacle !== undefined) return { name, obstacle };
  return {
    name,
    value: 'reversed',
    advice: 'Sort what a folder lists, by code unit: readdirSync(folder).sort().',
    change: ({ inputs, folder }, seenAt) => {
      const folders = inputs.map(({ handed }) => handed).filter((path) => statSync(path).isDirectory());
      const ordered = folders.map((path, index) => ({
        ...{ path, at: seenAt(path) },
        from: join(folder, 'ordered', String(index)),
      }));
      for (const { from } of ordered) mkdirSync(from, { recursive: true });
      const mounts = ordered.flatMap(({ path, from, at }): Mount[] => [
        { kind: 'read', from: path, at: from },
        // It is mounted over an empty folder only.
        { kind: 'empty', at },
      ]);
      return {
        starter: ['sh', '-c', MOUNT, 'sh', ...ordered.flatMap(({ from, at }) => [from, at]), '--'],
        sandbox: { mounts, mayMount: true },
      };
    },
  };
}

function obstacleOf({ environment, folder, withoutSandbox }: VariedMachine): Problem | undefined {
  if (withoutSandbox !== undefined) return withoutSandbox;
  if (findProgram('disorderfs', '/', environment) === undefined) {
    const advice = 'Install it: apt install disorderfs.';
    return { message: 'disorderfs is not installed', advice };
  }
  const [from, at] = [join(folder, 'order'), join(folder, 'ordered')];
  for (const path of [from, at]) mkdirSync(path, { recursive: true });
  const failed = sandboxObstacle(environment, { mounts: EVERYTHING, mayMount: true }, [
    'sh',
    '-c',
    MOUNT,
    'sh',
    from,
    at,
    '--',
    'true',
  ]);
  if (failed === undefined) return undefined;
  const advice = 'Allow FUSE: load its kernel module (modprobe fuse). In a container: docker run --privileged.';
  return { message: failed.message, advice };
}
