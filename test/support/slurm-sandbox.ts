import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { freePort } from './free-port.ts';
import { SlurmAccounts } from './slurm-accounts.ts';

const PROGRAMS = ['sbatch', 'squeue', 'scancel', 'scontrol', 'slurmctld', 'slurmd', 'munged'];

/** Why no cluster can be started here; undefined if one can. */
export const NO_SLURM = reasonAgainst();

function reasonAgainst(): string | undefined {
  if (process.getuid?.() !== 0) return 'a cluster for a test needs root';
  const missing = missingAmong(PROGRAMS);
  return missing && `there is no ${missing}: apt-get install --no-install-recommends slurm-wlm munge`;
}

/** Returns the first of some programs that is not installed. */
export function missingAmong(programs: readonly string[]): string | undefined {
  const folders = `${process.env['PATH'] ?? ''}:/usr/sbin`.split(':');
  return programs.find((program) => !folders.some((folder) => existsSync(join(folder, program))));
}

/** A real Slurm with two nodes on this machine, of which one has two pretended GPUs. No systemd, no cgroups. */
export class SlurmSandbox {
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  #accounts: SlurmAccounts | undefined;

  private constructor(directory: string) {
    this.directory = directory;
    this.environment = { SLURM_CONF: join(directory, 'slurm.conf') };
  }

  /** @param accounting whether it keeps accounts of its jobs, in a database of its own. */
  static async start({ accounting = false } = {}): Promise<SlurmSandbox> {
    const sandbox = new SlurmSandbox(mkdtempSync(join(tmpdir(), 'slurm-')));
    chmodSync(sandbox.directory, 0o755);
    const accounts = accounting ? new SlurmAccounts(sandbox.directory, await freePort()) : undefined;
    sandbox.#accounts = accounts;
    await sandbox.#configure(accounts?.settings ?? { AccountingStorageType: 'accounting_storage/none' });
    await sandbox.#startAuthentication();
    await accounts?.start((condition) => sandbox.until(condition));
    sandbox.startController('-c');
    await sandbox.until(async () => (await sandbox.run('scontrol', 'ping')).includes('UP'));
    for (const node of ['n1', 'n2']) sandbox.startNode(node);
    await sandbox.until(async () => (await sandbox.run('sinfo', '-h', '-N', '-o', '%t')).match(/idle/g)?.length === 3);
    return sandbox;
  }

  /** Ends everything that was started, and removes the folder. */
  async stop(): Promise<void> {
    await this.run('scancel', '--quiet', '--user=root', '--signal=KILL').catch(() => '');
    for (const daemon of ['slurmd-n1', 'slurmd-n2', 'slurmctld']) await this.end(daemon);
    if (this.#accounts !== undefined) {
      await this.end('slurmdbd');
      await this.#accounts.stop();
    }
    await this.end('munged');
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Runs a command of Slurm, and returns what it prints. */
  async run(...[program = '', ...args]: readonly string[]): Promise<string> {
    const { stdout } = await execa(program, args, { env: this.environment, timeout: 20_000, reject: false });
    return stdout;
  }

  startController(...args: readonly string[]): void {
    spawnSync('slurmctld', args, { env: { ...process.env, ...this.environment } });
  }

  startNode(name: string): void {
    spawnSync('slurmd', ['-N', name], { env: { ...process.env, ...this.environment } });
  }

  /** Ends a daemon: `slurmctld`, `slurmd-n1`. */
  async end(daemon: string, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    const pid = this.#pidOf(daemon);
    if (pid === undefined) return;
    process.kill(pid, signal);
    await this.until(async () => !isAlive(pid));
  }

  /** Waits until something holds that only a daemon can bring about. */
  async until(condition: () => Promise<boolean>): Promise<void> {
    for (let tries = 0; tries < 300; tries++) {
      if (await condition()) return;
      await delay(100);
    }
    throw new Error(`the cluster in ${this.directory} does not get there: ${condition}`);
  }

  #pidOf(daemon: string): number | undefined {
    const path = join(this.directory, 'run', `${daemon}.pid`);
    const pid = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
    return pid > 0 && isAlive(pid) ? pid : undefined;
  }

  async #startAuthentication(): Promise<void> {
    const at = (name: string) => join(this.directory, name);
    writeFileSync(at('munge.key'), randomBytes(1024), { mode: 0o600 });
    const files = {
      'key-file': at('munge.key'),
      socket: at('run/munge.socket'),
      'pid-file': at('run/munged.pid'),
      'log-file': at('log/munged.log'),
      'seed-file': at('run/munge.seed'),
    };
    const options = Object.entries(files).map(([name, path]) => `--${name}=${path}`);
    spawnSync('munged', ['--force', '--num-threads=2', ...options]);
    await this.until(async () => existsSync(files.socket));
  }

  async #configure(accounting: Readonly<Record<string, string>>): Promise<void> {
    for (const name of ['run', 'log', 'state', 'spool-n1', 'spool-n2']) mkdirSync(join(this.directory, name));
    const [controller, n1, n2] = await Promise.all([freePort(), freePort(), freePort()]);
    const host = hostname().split('.', 1)[0] ?? '';
    const node = (name: string, port: number | undefined) =>
      `NodeName=${name} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${port} CPUs=4 RealMemory=4000 State=UNKNOWN`;
    const settings = {
      ...{ ClusterName: 'sandbox', SlurmctldHost: `${host}(127.0.0.1)`, SlurmUser: 'root', SlurmdUser: 'root' },
      ...{ SlurmctldPort: controller, AuthType: 'auth/munge', CredType: 'cred/munge' },
      AuthInfo: `socket=${this.directory}/run/munge.socket`,
      StateSaveLocation: `${this.directory}/state`,
      SlurmdSpoolDir: `${this.directory}/spool-%n`,
      SlurmctldPidFile: `${this.directory}/run/slurmctld.pid`,
      SlurmdPidFile: `${this.directory}/run/slurmd-%n.pid`,
      SlurmctldLogFile: `${this.directory}/log/slurmctld.log`,
      SlurmdLogFile: `${this.directory}/log/slurmd-%n.log`,
      // It works in containers, too.
      ...{ ProctrackType: 'proctrack/linuxproc', TaskPlugin: 'task/none', JobAcctGatherType: 'jobacct_gather/none' },
      ...{ MpiDefault: 'none', SwitchType: 'switch/none', ReturnToService: 2, SlurmdParameters: 'config_overrides' },
      SchedulerParameters: 'sched_interval=2,bf_interval=2,batch_sched_delay=0,sched_min_interval=0',
      ...{ SelectType: 'select/cons_tres', SelectTypeParameters: 'CR_CPU_Memory', DefMemPerCPU: 100 },
      ...{ KillWait: 3, MinJobAge: 300, InactiveLimit: 0, JobRequeue: 1, SlurmdTimeout: 10, GresTypes: 'gpu' },
      ...accounting,
    };
    const lines = [
      ...Object.entries(settings).map(([name, value]) => `${name}=${value}`),
      node('n1', n1).replace('State', 'Gres=gpu:fake:2 State'),
      node('n2', n2),
      'PartitionName=all Nodes=n1,n2 Default=YES MaxTime=60 State=UP',
      'PartitionName=gpu Nodes=n1 MaxTime=60 State=UP',
    ];
    writeFileSync(join(this.directory, 'slurm.conf'), `${lines.join('\n')}\n`);
    const gpus = 'AutoDetect=off\nNodeName=n1 Name=gpu Type=fake File=/dev/null,/dev/zero\n';
    writeFileSync(join(this.directory, 'gres.conf'), gpus);
    const version = Number(/\d+/.exec(spawnSync('slurmd', ['-V'], { encoding: 'utf8' }).stdout)?.[0]);
    const plugin = version < 23 ? 'cgroup/v1' : 'disabled';
    writeFileSync(join(this.directory, 'cgroup.conf'), `CgroupPlugin=${plugin}\n`);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie has ended.
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
}
