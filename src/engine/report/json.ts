import type { Problem } from '../../shared/problem.ts';
import type { OutdatedStage } from '../execute/compare-with-lockfile.ts';
import type { Emit, StageResult } from '../execute/events.ts';
import type { Difference, FailureReason } from '../execute/failure.ts';
import { contentProgressJson } from './content-progress.ts';
import { describeDifference, pathOfDifference } from './difference.ts';
import { problemsOf } from './failures.ts';
import { valuesJson } from './value-differences.ts';

/** Passes each event to `line`, to be written as JSON. The last one has the outcome of every stage. */
export function jsonReporter(line: (value: object) => void): Emit {
  let isDryRun = false;
  return (event) => {
    switch (event.type) {
      case 'run-started':
        isDryRun = event.purpose === 'dry-run';
        line({ ...event, run: isDryRun ? null : event.run });
        break;
      case 'run-replanned':
        line({ type: event.type, stages: event.stages });
        break;
      case 'run-stopping':
      case 'stage-waiting':
      case 'stage-saving':
      case 'stage-started':
      case 'stage-log':
        line(event);
        break;
      case 'content-progress':
        line(contentProgressJson(event));
        break;
      case 'stage-warning':
        line({ type: event.type, stage: event.stage, ...event.problem });
        break;
      case 'stage-retrying':
        line({ ...event, failure: failureJson(event.failure) });
        break;
      case 'stage-progress': {
        const { type, stage, progress } = event;
        line({ type, stage, ...progress });
        break;
      }
      case 'stage-finished':
        for (const difference of differencesOf(event.result)) line({ type: 'difference', ...difference });
        for (const within of approximationsOf(event.result)) line({ type: 'within-tolerance', ...within });
        line({ type: event.type, ...stageJson(event.result) });
        break;
      case 'run-finished': {
        const { run, ok, seconds, stages } = event.result;
        line({ type: event.type, ok, run: isDryRun ? null : run, seconds, stages: stages.map(stageJson) });
        break;
      }
      default:
        event satisfies never;
    }
  };
}

/** Returns the JSON lines of a command that could not start. */
export function jsonProblems(problems: readonly Problem[]): object[] {
  const lines = problems.map(({ message, at, advice }) => ({ type: 'problem', message, ...at, advice }));
  return [...lines, { type: 'run-finished', ok: false, stages: [] }];
}

/** Returns the JSON lines of a command whose lockfile does not match the pipeline. */
export function jsonOutdated(outdated: readonly OutdatedStage[]): object[] {
  const lines = outdated.map(({ stage, reasons }) => ({ type: 'difference', stage, reasons }));
  return [...lines, { type: 'run-finished', ok: false, stages: [] }];
}

function differencesOf(result: StageResult): object[] {
  return result.outcome === 'failed' && result.failure.kind === 'difference'
    ? result.failure.differences.map(differenceJson)
    : [];
}

function approximationsOf(result: StageResult): object[] {
  if (!('approximation' in result) || result.approximation === undefined) return [];
  const { differences, conditions, tolerance } = result.approximation;
  return differences.map((difference) => ({ ...differenceJson(difference), tolerance, conditions }));
}

/** `file` is the file that differs; `offset` and the two bytes are present if they are known. */
function differenceJson(difference: Difference): object {
  const { stage, output, file, expected, found, first, values } = difference;
  return {
    stage,
    output,
    file: pathOfDifference(first, file),
    expected,
    found,
    ...(first?.kind === 'byte' && {
      offset: first.offset,
      expectedByte: first.expected ?? null,
      foundByte: first.found ?? null,
    }),
    ...(values && valuesJson(values)),
    reasons: [describeDifference(difference)],
  };
}

function stageJson(result: StageResult): object {
  const { name, outcome, seconds, reasons } = result;
  const base = { name, outcome, seconds, reasons };
  switch (result.outcome) {
    case 'ran':
    case 'cached':
      return { ...base, key: result.key, outputs: result.outputs, metrics: result.metrics, usage: result.usage };
    case 'would-run':
      return { ...base, key: result.key ?? null, outputs: {} };
    case 'failed':
      return {
        ...base,
        key: result.key ?? null,
        outputs: {},
        failure: failureJson(result.failure),
        tries: result.tries,
      };
    case 'blocked':
      return { ...base, key: null, outputs: {}, blockedBy: result.by };
    case 'cancelled':
      return { ...base, key: null, outputs: {} };
    default:
      return result satisfies never;
  }
}

function failureJson(failure: FailureReason): object {
  switch (failure.kind) {
    case 'threw':
      return { kind: failure.kind, problems: problemsOf(failure), stack: failure.stack };
    case 'crashed':
      return { kind: failure.kind, problems: problemsOf(failure), output: failure.output };
    case 'out-of-memory':
      return { ...failure, problems: problemsOf(failure) };
    case 'timed-out':
      return { kind: failure.kind, seconds: failure.seconds, problems: problemsOf(failure) };
    case 'bad-input':
    case 'reported':
    case 'bad-output':
    case 'not-cached':
    case 'cache':
    case 'job':
      return failure;
    case 'difference':
      return { ...failure, differences: failure.differences.map(differenceJson) };
    default:
      return failure satisfies never;
  }
}
