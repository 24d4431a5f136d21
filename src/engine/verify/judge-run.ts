import type { Problem } from '../../shared/problem.ts';
import type { RunResult, StageResult } from '../execute/events.ts';
import { describeDifference } from '../report/difference.ts';
import type { Finding, PassOutcome } from './pass.ts';

/** Returns what the run of a pass shows by itself: outputs that differ, stages that failed, and those that did not run. */
export function judgeRun(run: RunResult): PassOutcome {
  const failed = run.stages.some((stage) => stage.outcome === 'failed' && stage.failure.kind !== 'difference');
  return {
    findings: run.stages.flatMap(differencesIn),
    gaps: run.stages.flatMap(gapIn),
    ...(failed && { failed: run }),
  };
}

function differencesIn(stage: StageResult): Finding[] {
  if (stage.outcome !== 'failed' || stage.failure.kind !== 'difference') return [];
  return stage.failure.differences.map((difference) => ({
    stage: stage.name,
    kind: 'difference',
    subject: difference.output,
    problem: {
      message: `stage "${stage.name}" gives another result than the lockfile has: ${describeDifference(difference)}`,
      advice: 'Correct what was found in this stage. If nothing was, look for the time, random numbers and threads.',
    },
  }));
}

function gapIn(stage: StageResult): Problem[] {
  if (stage.outcome !== 'blocked') return [];
  return [
    {
      message: `stage "${stage.name}" was not looked at, since ${stage.by} has no valid result`,
      advice: `Correct ${stage.by} first.`,
    },
  ];
}
