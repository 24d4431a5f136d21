import { readNumbers } from '../../shared/non-finite.ts';
import { duration, figure, plural } from '../../shared/text/format.ts';
import { toMermaid } from '../report/graph/mermaid.ts';
import type { DifferenceFacts, Ending, EstimateFacts, Facts, MetricFacts, ProblemFacts, StageFacts } from './facts.ts';
import { assemble, type Block, block, code, heading, omitted, preformatted, table } from './html.ts';

/** What a summary is for: the page of a job, whose size counts in bytes, or a comment, whose characters count. */
export type Purpose = 'job' | 'comment';

/** GitHub takes at most 1 MiB for a step, and 65,536 characters for a comment. */
const SIZES: Readonly<Record<Purpose, { readonly most: number; readonly sizeOf: (text: string) => number }>> = {
  job: { most: 900 * 1024, sizeOf: (text) => Buffer.byteLength(text) },
  comment: { most: 65_000, sizeOf: (text) => text.length },
};

/** What Mermaid draws: it refuses a longer text, and more arrows. */
const [MERMAID_CHARACTERS, MERMAID_EDGES] = [50_000, 500];
/** The problems that are shown: the stages of a matrix may all have the same. */
const MOST_PROBLEMS = 20;
/** The characters of a problem that are shown. */
const LONGEST_PROBLEM = 4000;

const ENDINGS: Readonly<Record<Ending, string>> = {
  passed: '✓ passed',
  failed: '✗ failed',
  'not-reproduced': '≠ not reproduced',
  interrupted: '○ interrupted',
  invalid: '✗ not run',
};

/** Returns what is known of a run as Markdown. Whatever the facts are, it is only text, tables and one graph. */
export function toMarkdown(facts: Facts, purpose: Purpose): string {
  const { most, sizeOf } = SIZES[purpose];
  const blocks = [
    verdict(facts),
    ...firstDifference(facts),
    ...outdatedStages(facts),
    ...problems('problem', facts.problems),
    ...problems('warning', facts.warnings),
    ...metricBlocks(facts),
    ...stagesThatRan(facts),
    ...stagesFromCache(facts),
    ...graph(facts),
  ];
  return assemble(blocks, most, sizeOf);
}

function verdict({ pipeline, run, ending, seconds, stages, verified }: Facts): Block {
  const count = (...outcomes: string[]) => stages.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const counts = [
    [count('ran'), 'ran'],
    [count('cached'), 'cached'],
    [count('would-run'), 'would run'],
    [count('failed'), 'failed'],
    [count('blocked', 'cancelled'), 'not run'],
  ].flatMap(([number, word]) => (number === 0 ? [] : [`${number} ${word}`]));
  const facts = [
    ...(stages.length > 0 ? [`${plural(stages.length, 'stage')}: ${counts.join(', ')}`] : []),
    ...(verified.length > 0 ? [`${verified.length} recomputed in an empty cache, byte-identical`] : []),
    ...(seconds > 0 ? [duration(seconds)] : []),
    ...(run === null ? [] : [`run ${code(run)}`]),
  ];
  const line = facts.length === 0 ? '' : `<p>${facts.join(' · ')}</p>\n`;
  return block(`<h3>Pipeline ${code(pipeline)} ${ENDINGS[ending]}</h3>\n\n${line}`);
}

/** The first one matters: what follows from it differs, too. */
function firstDifference({ differences }: Facts): Block[] {
  const [first, ...others] = differences;
  if (first === undefined) return [];
  const row = ({ stage, file, words }: DifferenceFacts) => [code(stage), code(file), code(words)];
  const columns = ['stage', 'file', 'difference from the lockfile'];
  const more = others.length === 0 ? [] : [table('Other files that differ', columns, others.map(row))];
  return [table('First file that is not reproduced', columns, [row(first)]), ...more];
}

function outdatedStages({ outdated }: Facts): Block[] {
  if (outdated.length === 0) return [];
  const rows = outdated.map(({ stage, reasons }) => [code(stage), reasons.map(code).join('<br>')]);
  return [table('The lockfile does not match the pipeline', ['stage', 'what has changed'], rows)];
}

function problems(noun: string, found: readonly ProblemFacts[]): Block[] {
  if (found.length === 0) return [];
  const shown = found.slice(0, MOST_PROBLEMS).map((each) => block(`${problemText(each)}\n`));
  const left = found.length - shown.length;
  return [heading(plural(found.length, noun)), ...shown, ...(left > 0 ? [block(omitted(left))] : [])];
}

function problemText({ stage, message, place, advice }: ProblemFacts): string {
  const where = [stage, place].filter((each) => each !== null).map(code);
  const lines = [message, ...(advice === null ? [] : [`→ ${advice}`])];
  return `${where.length === 0 ? '' : `<p>${where.join(' ')}</p>\n\n`}${preformatted(lines.join('\n'), LONGEST_PROBLEM)}`;
}

function metricBlocks({ metrics, baseline, notCompared }: Facts): Block[] {
  if (metrics.length === 0) return [];
  if (baseline === null) {
    const rows = metrics.map(({ stage, name, now }) => [code(stage), code(name), estimate(now)]);
    return [table(`Metrics${intervalNote(metrics)}`, ['stage', 'metric', 'now'], rows)];
  }
  const changed = metrics.filter(isChanged);
  if (changed.length === 0) return [heading(`Metrics: all ${metrics.length} as in ${code(baseline)}`)];
  const rows = changed.map((metric) => {
    const { stage, name, before, now } = metric;
    const isKnown = !notCompared.includes(stage);
    const [was, delta] = isKnown ? [estimate(before), change(metric)] : ['not in the cache', ''];
    return [code(stage), code(name), was, estimate(now), delta];
  });
  const unchanged = metrics.length - changed.length;
  const rest = unchanged === 0 ? '' : ` (${unchanged} do not)`;
  const title = `Metrics that differ from ${code(baseline)}${rest}${intervalNote(changed)}`;
  return [table(title, ['stage', 'metric', 'before', 'now', 'change'], rows)];
}

function intervalNote(metrics: readonly MetricFacts[]): string {
  const hasInterval = (facts: EstimateFacts | null) => facts !== null && facts.interval !== null;
  return metrics.some(({ before, now }) => hasInterval(before) || hasInterval(now)) ? ', with 95 % intervals' : '';
}

function isChanged({ before, now }: MetricFacts): boolean {
  return !Object.is(before?.value, now?.value);
}

function estimate(facts: EstimateFacts | null): string {
  if (facts === null) return '–';
  const { interval } = facts;
  const range = interval === null ? '' : ` (${figure(interval[0])} to ${figure(interval[1])})`;
  return `${figure(numberOf(facts))}${range}`;
}

function change({ before, now }: MetricFacts): string {
  if (before === null || now === null) return before === null ? 'new' : 'gone';
  const delta = numberOf(now) - numberOf(before);
  if (Number.isNaN(delta)) return '';
  return delta > 0 ? `+${figure(delta)}` : `−${figure(-delta)}`;
}

/** Text other than NaN and the infinite numbers is no number. */
function numberOf({ value }: EstimateFacts): number {
  return readNumbers({ value })['value'] ?? Number.NaN;
}

function stagesThatRan({ stages }: Facts): Block[] {
  const rows = stages.filter(({ outcome }) => outcome !== 'cached').map(stageRow);
  return rows.length === 0 ? [] : [table('What ran, and why', ['stage', 'outcome', 'time', 'why'], rows)];
}

function stageRow({ name, outcome, seconds, reasons }: StageFacts): string[] {
  return [code(name), code(outcome), seconds > 0 ? duration(seconds) : '', reasons.map(code).join('<br>')];
}

function stagesFromCache({ stages }: Facts): Block[] {
  const cached = stages.filter(({ outcome }) => outcome === 'cached');
  if (cached.length === 0) return [];
  const seconds = cached.reduce((sum, { saved }) => sum + (saved ?? 0), 0);
  const rows = cached.map(({ name, saved }) => [code(name), saved === null ? '' : duration(saved)]);
  const title = `${plural(cached.length, 'stage')} from the cache: ${duration(seconds)} saved`;
  return [table(title, ['stage', 'time to compute'], rows)];
}

/** Without a graph that would not be drawn. Its text cannot end the fence: backticks in it are escaped. */
function graph({ graph: drawn }: Facts): Block[] {
  if (drawn === null || drawn.edges.length > MERMAID_EDGES) return [];
  const text = toMermaid(drawn);
  if (text.length > MERMAID_CHARACTERS) return [];
  return [block(`<h4>Graph</h4>\n\n\`\`\`mermaid\n${text}\n\`\`\`\n`)];
}
