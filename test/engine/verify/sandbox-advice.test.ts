import { expect, test } from 'vitest';
import { adviceOnSandboxes, sandboxObstacle } from '../../../src/engine/verify/sandbox/obstacles.ts';
import { cpus } from '../../../src/engine/verify/vary/cpus.ts';
import { directoryOrder } from '../../../src/engine/verify/vary/directory-order.ts';

/** Advice on a machine that has only these files. */
const adviceWith = (files: Readonly<Record<string, string>>) => adviceOnSandboxes((file) => files[file]);

test.each([
  [
    'Ubuntu, whose AppArmor restricts user namespaces',
    { '/proc/sys/kernel/apparmor_restrict_unprivileged_userns': '1\n' },
    'sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0',
  ],
  [
    'an old Debian',
    { '/proc/sys/kernel/unprivileged_userns_clone': '0\n' },
    'sudo sysctl -w kernel.unprivileged_userns_clone=1',
  ],
  ['a hardened system', { '/proc/sys/user/max_user_namespaces': '0\n' }, 'sudo sysctl -w user.max_user_namespaces='],
  ['a container', { '/.dockerenv': '', '/proc/sys/user/max_user_namespaces': '0' }, 'docker run --privileged'],
  ['any other system', { '/proc/sys/kernel/unprivileged_userns_clone': '1' }, 'Run it on a machine that allows'],
])('on %s, the advice is what allows sandboxes there', (_system, files, advice) => {
  expect(adviceWith(files)).toContain(advice);
});

test.runIf(process.platform === 'linux')('what is not installed is named, with the package that has it', () => {
  const environment = { PATH: '/nonexistent' };
  const machine = { environment, roots: { project: '/p', cache: '/p/cache' }, folder: '/p', withoutSandbox: undefined };
  expect(sandboxObstacle(environment)?.advice).toContain('apt install bubblewrap');
  expect(cpus(machine)).toMatchObject({ obstacle: { advice: expect.stringMatching(/util-linux|several CPUs/) } });
  expect(directoryOrder(machine)).toMatchObject({ obstacle: { advice: 'Install it: apt install disorderfs.' } });
});
