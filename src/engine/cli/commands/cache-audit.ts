import { randomInt } from 'node:crypto';
import { success } from '../../../shared/problem.ts';
import { plural } from '../../../shared/text/format.ts';
import { freshDirectory, removeAbandoned } from '../../cache/housekeeping/fresh-directory.ts';
import type { CompletedStage } from '../../execute/events.ts';
import type { LockedStage, Lockfile } from '../../execute/lockfile.ts';
import { planVerification } from '../../execute/verification.ts';
import type { ConnectedRemote } from '../connect-remote.ts';
import { openConsole, reportProblems } from '../console.ts';
import { EXIT, exitCodeOf } from '../exit.ts';
import type { CommonOptions } from '../options.ts';
import { findProject } from '../project.ts';
import { currentResults } from '../remote-command.ts';
import { rerun } from '../rerun.ts';
import { withSession } from '../with-session.ts';

export interface AuditOptions extends CommonOptions {
  /** How many results are recomputed. */
  readonly sample: number;
}

/**
 * `pipeline cache audit`: recomputes results of the remote cache, drawn at random, and compares them bit for bit. The
 * records are taken from the remote cache, even where the local one has them.
 */
export async function cacheAudit(stages: readonly string[], options: AuditOptions): Promise<number> {
  return withSession({ ...options, fromScratch: true }, async (session, signal) => {
    const { services } = session;
    const current = await currentResults(session, stages);
    if (!current.ok) return reportProblems(current.failure, options);
    const { remote, results } = current.value;
    const deterministic = new Set(services.plan.stages.filter((stage) => stage.deterministic).map(({ name }) => name));
    const there = await recordsThere(remote, results);
    const drawn = draw(
      [...there.keys()].filter((name) => deterministic.has(name)),
      options.sample,
    );
    if (drawn.length === 0) {
      openConsole(options).print('nothing compared: the remote cache has no current result of these stages');
      return EXIT.ok;
    }
    // Upstream stages that are not rerun are taken as they are.
    const lockfile: Lockfile = new Map([...results.map(entryOf), ...there]);
    removeAbandoned(findProject(options).cache);
    const fresh = freshDirectory(findProject(options).cache, undefined);
    if (!fresh.ok) return reportProblems(fresh.failure, options);
    try {
      const verification = planVerification(services.plan, drawn, lockfile);
      const reference = `the remote cache (${drawn.length} of ${plural(there.size, 'result')})`;
      const result = await rerun(verification, lockfile, {
        ...{ services, directory: fresh.value.path, signal, options, reference, stack: false },
        select: (plan) => success(planVerification(plan, drawn, lockfile).selection),
      });
      return exitCodeOf(result);
    } finally {
      fresh.value.release();
    }
  });
}

/** Returns what the remote cache says about these results, by the name of the stage. */
async function recordsThere({ store }: ConnectedRemote, results: readonly CompletedStage[]): Promise<Lockfile> {
  const found = new Map<string, LockedStage>();
  for (const { name, key } of results) {
    const record = await store.lookUpRemotely(key);
    if (record === undefined) continue;
    const outputs = Object.entries(record.outputs).map(([output, { digest }]) => [output, digest] as const);
    const { machine } = record.provenance;
    found.set(name, { key, outputs: Object.fromEntries(outputs), ...(machine && { machine }) });
  }
  return found;
}

function entryOf({ name, key, outputs }: CompletedStage): readonly [string, LockedStage] {
  return [name, { key, outputs }];
}

/** Draws up to `count` of the names at random. */
function draw(names: readonly string[], count: number): readonly string[] {
  const left = [...names];
  const drawn: string[] = [];
  while (drawn.length < count && left.length > 0) drawn.push(...left.splice(randomInt(left.length), 1));
  return drawn;
}
