/** The total time of all ops of one kind in one run of a graph. */
export interface OpTime {
  readonly op: string;
  readonly milliseconds: number;
  readonly count: number;
}

/** The environment variables with which TensorFlow's executor logs the start and end of each op. */
export const EXECUTOR_LOG = { TF_CPP_MIN_LOG_LEVEL: '0', TF_CPP_VMODULE: 'executor=2' };

const ENTRY =
  /00:00:(?<seconds>\d+\.\d+) +\d+ executor\.cc:\d+\] (?<event>Process node|Synchronous kernel done): (?<node>\d+) step (?<run>\d+) \{\{node [^}]*\}\} = (?<op>\w+)\[/;

/** Parses the executor's log. Returns for each run of a graph, in order, the times by kind of op, longest first. */
export function opTimes(log: string): OpTime[][] {
  const runs = new Map<string, Map<string, { milliseconds: number; count: number }>>();
  const begun = new Map<string, number>();
  for (const line of log.split('\n')) {
    const { seconds, event, node, run, op } = ENTRY.exec(line)?.groups ?? {};
    if (node === undefined || run === undefined || op === undefined) continue;
    const at = Number(seconds) * 1000;
    if (event === 'Process node') {
      begun.set(`${run} ${node}`, at);
      continue;
    }
    const ops = runs.get(run) ?? new Map<string, { milliseconds: number; count: number }>();
    runs.set(run, ops);
    // The name of the op in the graph, before TensorFlow replaces it by a oneDNN kernel.
    const name = op.replace(/^_Mkl(Native)?/, '');
    const { milliseconds, count } = ops.get(name) ?? { milliseconds: 0, count: 0 };
    ops.set(name, { milliseconds: milliseconds + at - (begun.get(`${run} ${node}`) ?? at), count: count + 1 });
  }
  return [...runs.values()].map((ops) =>
    [...ops].map(([op, time]) => ({ op, ...time })).sort((a, b) => b.milliseconds - a.milliseconds),
  );
}

/** Returns table rows for the `longest` kinds of ops and for the others together. */
export function describeOpTimes(times: readonly OpTime[], longest = 8): string[][] {
  const total = sum(times);
  const rest = times.slice(longest);
  const others = { op: 'others', milliseconds: sum(rest), count: rest.reduce((all, { count }) => all + count, 0) };
  return [...times.slice(0, longest), others].map(({ op, milliseconds, count }) => [
    `  ${op}`,
    `${milliseconds.toFixed(1)} ms`,
    `${((100 * milliseconds) / total).toFixed(1)} %`,
    `${count}×`,
  ]);
}

function sum(times: readonly OpTime[]): number {
  return times.reduce((all, { milliseconds }) => all + milliseconds, 0);
}
