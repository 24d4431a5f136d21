import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Where Debian's packages gridengine-master and gridengine-exec put what is not on PATH. */
const LIBRARY = '/usr/lib/gridengine';
const SHARE = '/usr/share/gridengine';
const INSTALLED = '/var/lib/gridengine';

/** Why no Grid Engine can be started here; nothing if one can. */
export const NO_GRID_ENGINE = [`${LIBRARY}/sge_qmaster`, `${LIBRARY}/sge_execd`, '/usr/bin/qsub'].every(existsSync)
  ? process.getuid?.() === 0
    ? undefined
    : 'Grid Engine starts jobs as their users, so it has to be started by root'
  : 'gridengine-master, gridengine-exec and gridengine-client are not installed';

/** A real Grid Engine with one node, this machine, whose files are all in one folder. */
export class GridEngine {
  /** What a command needs in its environment to find it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #root: string;

  private constructor(root: string, port: number) {
    this.#root = root;
    this.environment = {
      ...{ SGE_ROOT: root, SGE_CELL: 'default', SGE_ARCH: 'lx-amd64' },
      ...{ SGE_QMASTER_PORT: String(port), SGE_EXECD_PORT: String(port + 1) },
    };
  }

  static async start(atEnd: (cleanUp: () => void) => void): Promise<GridEngine> {
    const root = mkdtempSync(join(tmpdir(), 'pipeline-sge-'));
    const engine = new GridEngine(root, await freePorts());
    atEnd(() => engine.#stop());
    await engine.#start();
    return engine;
  }

  async #start(): Promise<void> {
    for (const name of ['util', 'bin', 'lib', 'utilbin']) symlinkSync(join(INSTALLED, name), this.#path(name));
    for (const folder of ['default/common', 'spool/qmaster/job_scripts', 'spool/execd', 'run'])
      mkdirSync(this.#path(folder), { recursive: true });
    const spool = `${this.#path('default/common')};${this.#path('spool/qmaster')}`;
    this.#write('default/common/bootstrap', bootstrap(this.#root, spool));
    this.#write('default/common/act_qmaster', `${hostname()}\n`);
    // One name for this machine, whatever its name is.
    this.#write('default/common/host_aliases', `localhost ${hostname()}\n`);
    this.#write('configuration', configuration(this.#path('spool/execd')));
    this.#run(`${LIBRARY}/spoolinit`, 'classic', 'libspoolc', spool, 'init');
    this.#run(`${LIBRARY}/spooldefaults`, 'configuration', this.#path('configuration'));
    this.#run(`${LIBRARY}/spooldefaults`, 'complexes', `${SHARE}/util/resources/centry`);
    this.#run(`${LIBRARY}/spooldefaults`, 'usersets', `${SHARE}/util/resources/usersets`);
    this.#run(`${LIBRARY}/spooldefaults`, 'managers', 'root');
    this.#run('/usr/sbin/sge_qmaster');
    await until(() => this.#succeeds('qconf', '-sh'));
    this.#run('qconf', '-as', 'localhost');
    this.#configure('-Ae', 'host', HOST);
    this.#configure('-Ap', 'environment', ENVIRONMENT);
    this.#configure('-Aq', 'queue', QUEUE);
    this.#configure('-Msconf', 'scheduler', scheduler(this.#output('qconf', '-ssconf')));
    this.#run('/usr/sbin/sge_execd');
    await until(() => /localhost +lx-amd64/.test(this.#output('qhost')));
  }

  #stop(): void {
    for (const file of ['spool/execd/localhost/execd.pid', 'spool/qmaster/qmaster.pid']) {
      if (existsSync(this.#path(file))) spawnSync('kill', ['-KILL', readFileSync(this.#path(file), 'utf8').trim()]);
    }
    rmSync(this.#root, { recursive: true, force: true, maxRetries: 5 });
  }

  #path(path: string): string {
    return join(this.#root, path);
  }

  #write(path: string, text: string): void {
    writeFileSync(this.#path(path), text);
  }

  #configure(option: string, name: string, text: string): void {
    this.#write(name, text);
    this.#run('qconf', option, this.#path(name));
  }

  #run(program: string, ...args: readonly string[]): string {
    const { status, stdout, stderr } = this.#spawn(program, args);
    if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  }

  #output(program: string, ...args: readonly string[]): string {
    return this.#spawn(program, args).stdout;
  }

  #succeeds(program: string, ...args: readonly string[]): boolean {
    return this.#spawn(program, args).status === 0;
  }

  #spawn(program: string, args: readonly string[]) {
    const env = { ...process.env, ...this.environment, SGE_MASTER_PIDFILE: this.#path('run/qmaster.pid') };
    return spawnSync(program, args, { encoding: 'utf8', env });
  }
}

function bootstrap(root: string, spool: string): string {
  return `admin_user root
default_domain none
ignore_fqdn false
spooling_method classic
spooling_lib libspoolc
spooling_params ${spool}
binary_path ${root}/bin
qmaster_spool_dir ${root}/spool/qmaster
security_mode none
listener_threads 2
worker_threads 2
scheduler_threads 1
`;
}

/** The default configuration, with jobs of root. */
function configuration(spool: string): string {
  return readFileSync(`${SHARE}/default-configuration`, 'utf8')
    .replace(/^execd_spool_dir.*$/m, `execd_spool_dir ${spool}`)
    .replace(/^min_uid.*$/m, 'min_uid 0')
    .replace(/^min_gid.*$/m, 'min_gid 0');
}

/** Looks for work every second, and does not wait for the load of this machine to fall. */
function scheduler(defaults: string): string {
  return defaults
    .replace(/^schedule_interval.*$/m, 'schedule_interval 0:0:1')
    .replace(/^flush_submit_sec.*$/m, 'flush_submit_sec 1')
    .replace(/^flush_finish_sec.*$/m, 'flush_finish_sec 1')
    .replace(/^job_load_adjustments.*$/m, 'job_load_adjustments NONE');
}

const none = (...names: readonly string[]) => names.map((name) => `${name} NONE\n`).join('');

const HOST = `hostname localhost\n${none(
  ...['load_scaling', 'complex_values', 'user_lists', 'xuser_lists', 'projects', 'xprojects'],
  ...['usage_scaling', 'report_variables'],
)}`;

/** A parallel environment, which jobs ask for that need several cores of one node. */
const ENVIRONMENT = `pe_name smp
slots 999
allocation_rule $pe_slots
control_slaves FALSE
job_is_first_task TRUE
urgency_slots min
accounting_summary FALSE
${none('user_lists', 'xuser_lists', 'start_proc_args', 'stop_proc_args', 'qsort_args')}`;

const LIMITS = ['rt', 'cpu', 'fsize', 'data', 'stack', 'core', 'rss', 'vmem'];

const QUEUE = `qname all.q
hostlist localhost
seq_no 0
nsuspend 1
pe_list smp
suspend_interval 00:05:00
priority 0
min_cpu_interval 00:05:00
processors UNDEFINED
qtype BATCH
rerun FALSE
slots 4
tmpdir /tmp
shell /bin/sh
shell_start_mode posix_compliant
notify 00:00:60
initial_state default
${none(
  ...['load_thresholds', 'suspend_thresholds', 'ckpt_list', 'prolog', 'epilog', 'starter_method'],
  ...['suspend_method', 'resume_method', 'terminate_method', 'owner_list', 'user_lists', 'xuser_lists'],
  ...['subordinate_list', 'complex_values', 'projects', 'xprojects', 'calendar'],
)}${LIMITS.map((limit) => `s_${limit} INFINITY\nh_${limit} INFINITY\n`).join('')}`;

/** Returns a port that is free, like the one behind it. */
async function freePorts(): Promise<number> {
  for (;;) {
    const port = await portOf(0);
    if (port !== undefined && (await portOf(port + 1)) !== undefined) return port;
  }
}

/** Returns the port on which a server could listen; undefined if it could not. */
function portOf(wanted: number): Promise<number | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(undefined));
    server.listen(wanted, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : undefined));
    });
  });
}

async function until(holds: () => boolean): Promise<void> {
  for (let attempts = 0; attempts < 300; attempts++) {
    if (holds()) return;
    await delay(100);
  }
  throw new Error('Grid Engine does not answer');
}
