import { columns, duration, plural } from '../../shared/text/format.ts';
import type { Paint } from '../../shared/text/style.ts';
import type { Pass, PassResult, PassState } from '../verify/pass.ts';
import { describeProblems } from './problems.ts';

/** Says which pass begins, and what it looks at. */
export function passHeadline({ name, covers }: Pass, paint: Paint): string {
  return `${paint('bold', name)}: ${covers}`;
}

/** Describes what a pass found, and what it could not look at. */
export function describePass({ findings, gaps, state }: PassResult, folders: readonly string[], paint: Paint): string {
  const found = findings.map(({ problem }) => problem);
  return [
    ...(state === 'not-run' ? [`${paint('yellow', '○')} could not run here`] : []),
    ...(found.length > 0 ? [describeProblems(found, folders, paint)] : []),
    ...(gaps.length > 0 ? [describeProblems(gaps, folders, paint, 'warning')] : []),
  ].join('\n');
}

/** Summarizes a strict verification: a line for each pass, then the verdict. */
export function summarizeStrict(results: readonly PassResult[], paint: Paint): string {
  const rows = results.map((result) => [
    mark(result.state, paint),
    result.pass,
    wordsOf(result),
    duration(result.seconds),
  ]);
  return `${columns(rows, ' ')}\n\n${conclusion(results, paint)}`;
}

function conclusion(results: readonly PassResult[], paint: Paint): string {
  const inState = (state: PassState) => results.some((result) => result.state === state);
  if (inState('cancelled')) return paint('yellow', 'interrupted');
  if (inState('failed')) return paint('red', 'failed');
  const found = results.flatMap(({ findings }) => findings);
  if (found.length > 0) {
    const stages = new Set(found.map(({ stage }) => stage));
    return `${paint('red', 'not strict')}: ${plural(found.length, 'finding')} in ${plural(stages.size, 'stage')}`;
  }
  const open = results.filter(({ state }) => state !== 'passed').map(({ pass }) => pass);
  if (open.length > 0) return `${paint('yellow', 'not proven')}: ${open.join(', ')} could not look at everything here`;
  return `${paint('green', 'strict')}: nothing undeclared found by ${results.map(({ pass }) => pass).join(', ')}`;
}

function wordsOf({ state, findings, gaps }: PassResult): string {
  switch (state) {
    case 'passed':
      return 'nothing found';
    case 'found':
      return `${plural(findings.length, 'finding')}${gaps.length > 0 ? ', incomplete' : ''}`;
    case 'incomplete':
      return 'nothing found, but incomplete';
    case 'not-run':
      return 'could not run here';
    case 'failed':
      return 'a stage failed';
    case 'cancelled':
      return 'interrupted';
    default:
      return state satisfies never;
  }
}

function mark(state: PassState, paint: Paint): string {
  switch (state) {
    case 'passed':
      return paint('green', '✓');
    case 'found':
    case 'failed':
      return paint('red', '✗');
    case 'incomplete':
    case 'not-run':
    case 'cancelled':
      return paint('yellow', '○');
    default:
      return state satisfies never;
  }
}

/** Returns the JSON lines about a pass that has ended. */
export function passJson({ pass, state, findings, gaps, seconds }: PassResult): object[] {
  return [
    ...findings.map(({ stage, kind, subject, problem: { message, at, advice } }) => ({
      ...{ type: 'finding', pass, stage, kind, subject, message, advice },
      ...at,
    })),
    ...gaps.map(({ message, at, advice }) => ({ type: 'gap', pass, message, advice, ...at })),
    { type: 'pass-finished', pass, state, findings: findings.length, gaps: gaps.length, seconds },
  ];
}
