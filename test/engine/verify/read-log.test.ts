import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Access, Connection } from '../../../src/engine/verify/trace/accesses.ts';
import { readLog } from '../../../src/engine/verify/trace/read-log.ts';
import { temporaryFolder } from '../../support/dataset.ts';

/** Returns what the lines of a log of strace say, if the first process was started in the folder `/project`. */
async function read(...lines: readonly string[]): Promise<{ accesses: Access[]; connections: Connection[] }> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'log'), lines.map((line) => `${line}\n`).join(''));
  const accesses: Access[] = [];
  const connections: Connection[] = [];
  await readLog(join(folder, 'log'), '/project', {
    access: (access) => accesses.push(access),
    connection: (connection) => connections.push(connection),
  });
  return { accesses, connections };
}

const uses = async (...lines: readonly string[]) =>
  (await read(...lines)).accesses.map(({ use, path, found }) => [use, path, found]);

describe('the log of strace', () => {
  test.each([
    ['reads', 'openat(AT_FDCWD</project>, "data.csv", O_RDONLY|O_CLOEXEC) = 3</project/data.csv>', 'read', true],
    ['lists', 'openat(AT_FDCWD</project>, "data.csv", O_RDONLY|O_DIRECTORY) = 3</project/data.csv>', 'list', true],
    [
      'writes',
      'openat(AT_FDCWD</project>, "data.csv", O_WRONLY|O_CREAT|O_TRUNC, 0666) = 3</project/data.csv>',
      'write',
      true,
    ],
    ['creates', 'mkdir("data.csv", 0777) = 0', 'write', true],
    ['deletes', 'unlinkat(5</project>, "data.csv", 0) = 0', 'write', true],
    [
      'looks at',
      'newfstatat(AT_FDCWD</project>, "data.csv", {st_mode=S_IFREG|0644, st_size=3, ...}, 0) = 0',
      'look',
      true,
    ],
    ['looks for', 'access("data.csv", F_OK) = -1 ENOENT (No such file or directory)', 'look', false],
    ['may not read', 'open("data.csv", O_RDONLY) = -1 EACCES (Permission denied)', 'look', true],
    ['runs', 'execve("/project/data.csv", ["x"], 0x7fff /* 3 vars */) = 0', 'run', true],
  ])('says that a process %s a file', async (_what, call, use, found) => {
    expect(await uses(`7 ${call}`)).toEqual([[use, '/project/data.csv', found]]);
  });

  test('has calls that others have interrupted', async () => {
    const found = await uses(
      '7 openat(AT_FDCWD</project>, "a", O_RDONLY <unfinished ...>',
      '8 openat(AT_FDCWD</project>, "b", O_RDONLY) = 3</project/b>',
      '7 <... openat resumed>) = 4</project/a>',
    );
    expect(found).toEqual([
      ['read', '/project/b', true],
      ['read', '/project/a', true],
    ]);
  });

  test('has paths with any characters', async () => {
    expect(await uses(String.raw`7 stat("a, \"b\") = \303\244\n\\", 0x7fff) = 0`)).toEqual([
      ['look', '/project/a, "b") = ä\n\\', true],
    ]);
  });

  test('shows where a link has led', async () => {
    const { accesses } = await read('7 openat(AT_FDCWD</project>, "link", O_RDONLY) = 3</elsewhere/file>');
    expect(accesses).toMatchObject([{ path: '/project/link', real: '/elsewhere/file' }]);
  });

  test('has both paths of a call that has two, and of a symbolic link only where it is made', async () => {
    expect(await uses('7 rename("a", "b") = 0', '7 symlink("target", "link") = 0')).toEqual([
      ['write', '/project/a', true],
      ['write', '/project/b', true],
      ['write', '/project/link', true],
    ]);
  });

  test('says nothing about what is done with an open file', async () => {
    expect(await uses('7 newfstatat(3</project/a>, "", {st_mode=S_IFREG|0644, ...}, AT_EMPTY_PATH) = 0')).toEqual([]);
  });

  test('follows a process into other folders, its threads with it, and its children with their programs', async () => {
    const { accesses } = await read(
      '7 execve("/bin/first", ["first"], 0x7fff /* 3 vars */) = 0',
      '7 clone3({flags=CLONE_VM|CLONE_THREAD, exit_signal=0}, 88) = 8',
      '8 chdir("below") = 0',
      // The child is there before the call that has made it returns.
      '9 access("of-child", F_OK) = 0',
      '7 clone(child_stack=NULL, flags=CLONE_CHILD_CLEARTID|SIGCHLD) = 9',
      '9 execve("/bin/second", ["second"], 0x7fff /* 3 vars */) = 0',
      '9 access("of-second", F_OK) = 0',
      '7 access("of-first", F_OK) = 0',
    );
    expect(accesses.map(({ program, path }) => [program, path])).toEqual([
      ['', '/bin/first'],
      ['/bin/first', '/project/below'],
      ['/bin/first', '/project/below/of-child'],
      ['/bin/first', '/bin/second'],
      ['/bin/second', '/project/below/of-second'],
      ['/bin/first', '/project/below/of-first'],
    ]);
  });

  test.each([
    [
      'connect(20<socket:[1]>, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("10.0.0.1")}, 16) = 0',
      'connect',
      '10.0.0.1:443',
    ],
    [
      'connect(20<socket:[1]>, {sa_family=AF_INET6, sin6_port=htons(443), sin6_flowinfo=htonl(0), inet_pton(AF_INET6, "::1", &sin6_addr), sin6_scope_id=0}, 28) = -1 EINPROGRESS (Operation now in progress)',
      'connect',
      '[::1]:443',
    ],
    ['connect(20<socket:[1]>, {sa_family=AF_UNIX, sun_path="/run/some.sock"}, 110) = 0', 'connect', '/run/some.sock'],
    [
      'bind(20<socket:[1]>, {sa_family=AF_INET, sin_port=htons(0), sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
      'listen',
      '127.0.0.1:0',
    ],
  ])('has addresses: %s', async (call, use, address) => {
    expect((await read(`7 ${call}`)).connections).toEqual([{ use, address }]);
  });
});
