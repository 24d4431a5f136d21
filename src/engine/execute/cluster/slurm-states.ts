import type { JobId, JobPhase, JobState, JobVerdict } from './scheduler.ts';

/** What `squeue` prints of a job: one line each, with its comment last. */
export const SQUEUE_FORMAT = '%i|%T|%r|%N|%j|%k';
/** The columns of `sacct`, which may not know the comment. */
export const SACCT_COLUMNS = 'JobID,State,ExitCode,NodeList';

interface StateOf {
  readonly phase: JobPhase;
  readonly ended?: JobVerdict;
}

const QUEUED: StateOf = { phase: 'queued' };
const RUNNING: StateOf = { phase: 'running' };

const STATES: Readonly<Record<string, StateOf>> = {
  PENDING: QUEUED,
  CONFIGURING: QUEUED,
  REQUEUED: QUEUED,
  REQUEUE_FED: QUEUED,
  REQUEUE_HOLD: QUEUED,
  RESV_DEL_HOLD: QUEUED,
  SPECIAL_EXIT: QUEUED,
  RUNNING,
  COMPLETING: RUNNING,
  RESIZING: RUNNING,
  SIGNALING: RUNNING,
  STAGE_OUT: RUNNING,
  STOPPED: RUNNING,
  SUSPENDED: RUNNING,
  COMPLETED: { phase: 'ended', ended: 'succeeded' },
  FAILED: { phase: 'ended', ended: 'exited' },
  OUT_OF_MEMORY: { phase: 'ended', ended: 'out-of-memory' },
  TIMEOUT: { phase: 'ended', ended: 'out-of-time' },
  DEADLINE: { phase: 'ended', ended: 'out-of-time' },
  PREEMPTED: { phase: 'ended', ended: 'preempted' },
  NODE_FAIL: { phase: 'ended', ended: 'node-failed' },
  BOOT_FAIL: { phase: 'ended', ended: 'node-failed' },
  CANCELLED: { phase: 'ended', ended: 'cancelled' },
  REVOKED: { phase: 'ended', ended: 'cancelled' },
};

/** Returns what a state means. Its first word counts: `CANCELLED by 123`, `CANCELLED+`. */
function meaningOf(word: string, reason: string): StateOf {
  const known = STATES[/^[A-Z_]+/.exec(word)?.[0] ?? ''] ?? { phase: 'unknown' };
  const isBlocked = reason.startsWith('Dependency') && reason !== 'Dependency';
  return isBlocked && (known.phase === 'queued' || known.ended === 'cancelled')
    ? { phase: 'ended', ended: 'blocked' }
    : known;
}

/** What to do about jobs that wait for a reason which does not pass by waiting, or not always. */
const STUCK: readonly (readonly [RegExp, string])[] = [
  [
    /^(PartitionConfig|PartitionTimeLimit|PartitionNodeLimit|BadConstraints)/,
    'Request less, by `resources` and `timeout` of the stage or `time` of the executor, or name another `partition`: sinfo shows the limits.',
  ],
  [/^JobHeld/, 'Release it with scontrol release, or ask an administrator.'],
  [
    /^(Assoc(Grp|Max)|QOS(Grp|Max))/,
    'A limit of your account or its QOS. A job that exceeds it alone never starts: request less. Otherwise it starts when others have ended.',
  ],
];

function adviceOn(reason: string): string | undefined {
  return STUCK.find(([pattern]) => pattern.test(reason))?.[1];
}

/** Reads what `squeue -r -o SQUEUE_FORMAT` prints. What has another form is left out. */
export function parseSqueue(text: string): JobState[] {
  return text.split('\n').flatMap((line): JobState[] => {
    const [id = '', word = '', reason = '', nodes = '', name = '', ...comment] = line.split('|');
    const [, task] = /^\d+(?:_(\d+))?$/.exec(id) ?? [undefined, 'none'];
    const [label = ''] = comment.join('|').trim().split(' ');
    if (task === 'none' || label === '') return [];
    const meaning = meaningOf(word, reason);
    const advice = meaning.phase === 'queued' ? adviceOn(reason) : undefined;
    return [
      {
        ...{ id, name, label, word, reason: reason === 'None' ? '' : reason, nodes: nodesIn(nodes) },
        ...(task !== undefined && { task: Number(task) }),
        ...(advice !== undefined && { advice }),
        ...meaning,
      },
    ];
  });
}

/** What `sacct` says: the last states by id, and the jobs and arrays of which it knows anything. */
interface Accounts {
  readonly states: ReadonlyMap<JobId, JobState>;
  readonly known: ReadonlySet<JobId>;
}

/** Reads what `sacct -n -P -X -o SACCT_COLUMNS` prints. The tasks of an array that have not started share a row: `7_[2-5]`. */
export function parseSacct(text: string): Accounts {
  const states = new Map<JobId, JobState>();
  const known = new Set<JobId>();
  for (const line of text.split('\n')) {
    const [id = '', word = '', exit = '', nodes = ''] = line.split('|');
    const array = /^\d+/.exec(id)?.[0];
    if (array === undefined) continue;
    known.add(array);
    const reason = exit === '0:0' ? '' : `exit code ${exit}`;
    if (/^\d+(_\d+)?$/.test(id))
      states.set(id, { id, name: '', label: '', word, reason, nodes: nodesIn(nodes), ...meaningOf(word, '') });
  }
  return { states, known };
}

/** Returns the state of a task that was cancelled while it waited: Slurm forgets it at once, and keeps no account of it. */
export function cancelledInQueue(id: JobId): JobState {
  const reason = 'before it started';
  return { id, name: '', label: '', word: 'CANCELLED', reason, nodes: [], phase: 'ended', ended: 'cancelled' };
}

/** Names of nodes as Slurm writes them: `n[1-3],login`. They are not taken apart, since Slurm takes them so, too. */
function nodesIn(text: string): readonly string[] {
  return text === '' || text.startsWith('None') || text.startsWith('(') ? [] : [text];
}
