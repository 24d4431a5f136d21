import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort } from './free-port.ts';

/** Why no server can be started here; undefined if one can. */
export const NO_SSHD = existsSync('/usr/sbin/sshd') ? undefined : 'there is no sshd: apt-get install openssh-server';

/** A real SSH server on this machine, to which a program `ssh` in a folder of its own leads by the name `login-node`. */
export class SshServer {
  readonly directory = mkdtempSync(join(tmpdir(), 'sshd-'));
  #server: ChildProcess | undefined;

  /** @param variables of the sessions of the server. */
  async start(variables: Readonly<Record<string, string>>): Promise<void> {
    const at = (name: string) => join(this.directory, name);
    for (const key of ['host', 'user']) spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', at(key)]);
    const port = await freePort();
    spawnSync('cp', [at('user.pub'), at('authorized')]);
    chmodSync(this.directory, 0o755);
    // The server drops its privileges there.
    mkdirSync('/run/sshd', { recursive: true });
    const set = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
    const server = [
      ...['UsePAM no', 'StrictModes no', 'PasswordAuthentication no', 'PermitRootLogin yes', 'PidFile none'],
      ...[`Port ${port}`, 'ListenAddress 127.0.0.1', `HostKey ${at('host')}`, `AuthorizedKeysFile ${at('authorized')}`],
      `SetEnv ${set.join(' ')}`,
    ];
    writeFileSync(at('sshd_config'), `${server.join('\n')}\n`);
    const client = [
      'Host login-node',
      ...['HostName 127.0.0.1', `Port ${port}`, `User ${userInfo().username}`, `IdentityFile ${at('user')}`],
      ...['IdentitiesOnly yes', 'StrictHostKeyChecking no', `UserKnownHostsFile ${at('known')}`, 'LogLevel ERROR'],
    ];
    writeFileSync(at('ssh_config'), `${client.join('\n  ')}\n`);
    mkdirSync(at('bin'));
    writeFileSync(at('bin/ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${at('ssh_config')} "$@"\n`, { mode: 0o755 });
    this.#server = spawn('/usr/sbin/sshd', ['-D', '-e', '-f', at('sshd_config')], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    // It says when it listens.
    await new Promise<void>((resolve) => {
      this.#server?.stderr?.on('data', (data: Buffer) => data.includes('Server listening') && resolve());
    });
  }

  /** The environment in which `ssh login-node` leads here. */
  get environment(): Readonly<Record<string, string>> {
    return { PATH: `${join(this.directory, 'bin')}${delimiter}${process.env['PATH']}` };
  }

  async stop(): Promise<void> {
    if (this.#server?.kill()) await once(this.#server, 'exit');
    rmSync(this.directory, { recursive: true, force: true });
  }
}
