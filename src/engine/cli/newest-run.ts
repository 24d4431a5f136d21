import { listSome } from '../../shared/text/format.ts';
import { changedParams } from '../cache/history/compare-runs.ts';
import type { RunRecord } from '../cache/records.ts';
import type { Services } from '../execute/services.ts';
import { reportWarnings } from './console.ts';
import type { CommonOptions } from './options.ts';
import { ownHistory } from './own-runs.ts';
import type { Referred } from './referred.ts';

/**
 * Warns that the newest run has another result for what a REF refers to: after a run with `--set`, the same command
 * line without it shows a result that nobody has just computed.
 */
export function warnOfNewerRun(
  reference: string,
  referred: Referred,
  services: Pick<Services, 'plan' | 'commandLine'>,
  options: CommonOptions,
): void {
  // A digest and `RUN:STAGE` say exactly what is meant.
  if (referred.kind === 'content' || !isStageOfPlan(referred.stage, reference)) return;
  const [newest] = ownHistory(options, services.plan.name).newest(1);
  if (newest === undefined) return;
  const used = newest.stages.find(({ name }) => name === referred.stage);
  if (used?.key === undefined || used.key === referred.record.key || Object.keys(used.outputs).length === 0) return;
  const differences = paramsThatDiffer(newest, services);
  const why = differences.length === 0 ? '' : `, since its params were others: ${listSome(differences)}`;
  reportWarnings(
    [
      {
        message: `the newest run, ${newest.run}, has another result of stage "${referred.stage}"${why}`,
        advice: `Look at that one: ${services.commandLine('inspect', `latest:${reference}`)}`,
      },
    ],
    options,
  );
}

function isStageOfPlan(stage: string, reference: string): boolean {
  return (
    reference === stage || reference.startsWith(`${stage}.`) || reference.split('@', 1)[0] === stage.split('@', 1)[0]
  );
}

/** Returns the params of the stages that differ between a run and the pipeline as it now stands. */
function paramsThatDiffer(run: RunRecord, { plan }: Pick<Services, 'plan'>): string[] {
  const now = new Map(plan.stages.map(({ name, params }) => [name, params]));
  return run.stages.flatMap(({ name, params }) => {
    const current = now.get(name);
    if (params === undefined || current === undefined) return [];
    return Object.entries(changedParams(params, current)).map(
      ([param, pair]) => `${name}.${param} was ${JSON.stringify(pair.before)}, is ${JSON.stringify(pair.now)}`,
    );
  });
}
