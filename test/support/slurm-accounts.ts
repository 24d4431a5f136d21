import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

/** What a test cluster needs to keep accounts, which is what `sacct` shows: slurmdbd, and MariaDB. */
export const ACCOUNTING_PROGRAMS = ['slurmdbd', 'sacct', 'mariadbd', 'mariadb-install-db'];

/** The accounts of a test cluster, in a database in its folder. */
export class SlurmAccounts {
  readonly #directory: string;
  readonly #port: number;
  #database: ChildProcess | undefined;

  constructor(directory: string, port: number) {
    this.#directory = directory;
    this.#port = port;
  }

  /** What slurm.conf says of them. */
  get settings(): Readonly<Record<string, string>> {
    return {
      AccountingStorageType: 'accounting_storage/slurmdbd',
      AccountingStorageHost: 'localhost',
      AccountingStoragePort: String(this.#port),
      AccountingStoragePass: this.#at('run/munge.socket'),
    };
  }

  /** Starts the database and slurmdbd. Both are ready when `until` says that the condition holds. */
  async start(until: (condition: () => Promise<boolean>) => Promise<void>): Promise<void> {
    const [data, socket] = [this.#at('db'), this.#at('db/socket')];
    mkdirSync(data);
    spawnSync('chown', ['mysql:', data]);
    const common = ['--no-defaults', '--user=mysql', `--datadir=${data}`];
    spawnSync('mariadb-install-db', [...common, '--skip-test-db', '--auth-root-authentication-method=normal']);
    const small = ['--innodb-buffer-pool-size=64M', '--innodb-lock-wait-timeout=900'];
    const log = openSync(this.#at('log/mariadbd.log'), 'a');
    this.#database = spawn('mariadbd', [...common, `--socket=${socket}`, '--skip-networking', ...small], {
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    await until(async () => spawnSync('mariadb-admin', ['--no-defaults', '-S', socket, 'ping']).status === 0);
    const settings = {
      ...{ AuthType: 'auth/munge', AuthInfo: `socket=${this.#at('run/munge.socket')}` },
      ...{ DbdHost: 'localhost', DbdPort: this.#port, SlurmUser: 'root' },
      ...{ PidFile: this.#at('run/slurmdbd.pid'), LogFile: this.#at('log/slurmdbd.log') },
      ...{ StorageType: 'accounting_storage/mysql', StorageHost: 'localhost', StorageUser: 'root' },
      StorageLoc: 'slurm_acct',
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    writeFileSync(this.#at('slurmdbd.conf'), lines.join(''), { mode: 0o600 });
    const environment = { MYSQL_UNIX_PORT: socket, SLURM_CONF: this.#at('slurmdbd.conf') };
    spawnSync('slurmdbd', { env: { ...process.env, ...environment } });
    await until(() => isListening(this.#port));
  }

  /** Ends the database, after slurmdbd. */
  async stop(): Promise<void> {
    if (this.#database === undefined || this.#database.exitCode !== null) return;
    const ended = once(this.#database, 'exit');
    this.#database.kill();
    await ended;
  }

  #at(name: string): string {
    return join(this.#directory, name);
  }
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}
