import { strToU8, zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { expectHarmless } from '../../engine/summary/rendered.ts';
import { type ApiCall, FakeGitHub, runAction } from '../../support/github-action.ts';
import { Project } from '../../support/project.ts';

const COMMENT = '.github/actions/comment/action.yml';
const API = 'repos/team/garments';
const MARKER = '<!-- pipeline-summary:pipeline -->';
const SHA = 'c'.repeat(40);

const FACTS = {
  ...{ type: 'ci-summary', pipeline: 'garments', run: null, ending: 'passed', seconds: 3, baseline: null },
  ...{
    stages: [],
    metrics: [],
    notCompared: [],
    verified: [],
    differences: [],
    outdated: [],
    problems: [],
    warnings: [],
    graph: null,
  },
};

const CONTEXTS = {
  ...{ 'github.token': 'token', 'github.event.workflow_run.id': '42' },
  ...{ 'github.event.workflow_run.html_url': 'https://github.com/team/garments/actions/runs/42' },
  ...{ 'github.event.workflow_run.event': 'pull_request', 'github.event.workflow_run.head_branch': 'fix' },
  'github.event.workflow_run.head_repository.owner.login': 'stranger',
  'github.event.workflow_run.head_sha': SHA,
};

const artifact = (files: Readonly<Record<string, string>>) =>
  zipSync(Object.fromEntries(Object.entries(files).map(([name, text]) => [name, strToU8(text)])));

const bot = (id: number, body: string, login = 'github-actions[bot]') => ({ id, body, user: { login } });

interface Situation {
  readonly zip?: Uint8Array;
  readonly size?: number;
  readonly pulls?: readonly object[];
  readonly comments?: readonly object[];
  readonly contexts?: Readonly<Record<string, string>>;
  readonly inputs?: Readonly<Record<string, string>>;
}

/** Runs the action after a run whose artifact is this. */
async function comment(situation: Situation) {
  const { zip = artifact({ 'summary.json': JSON.stringify(FACTS) }), size = zip.length } = situation;
  const { pulls = [{ number: 7, head: { sha: SHA } }], comments = [] } = situation;
  const github = new FakeGitHub({
    [`GET ${API}/pulls?state=open&head=${encodeURIComponent('stranger:fix')}`]: pulls,
    [`GET ${API}/actions/runs/42/artifacts?name=pipeline-summary`]: { artifacts: [{ id: 5, size_in_bytes: size }] },
    [`GET ${API}/actions/artifacts/5/zip`]: zip,
    [`GET ${API}/issues/7/comments?per_page=100`]: comments,
  });
  const project = new Project({});
  const { exitCode, log } = await runAction(COMMENT, {
    ...{ project, environment: github.environment, inputs: situation.inputs ?? {} },
    contexts: { ...CONTEXTS, ...situation.contexts },
  });
  return { exitCode, log, changes: github.changes, project };
}

const bodyOf = (changes: readonly ApiCall[]) => changes[0]?.fields['body'] ?? '';

describe('the comment of a pull request', () => {
  test('is written with a marker by which it is found again, and leads to the run', async () => {
    const { exitCode, changes } = await comment({});
    expect(exitCode).toBe(0);
    expect(changes).toEqual([
      { method: 'POST', path: `${API}/issues/7/comments`, fields: { body: expect.anything() } },
    ]);
    const body = bodyOf(changes);
    expect(body.startsWith(`${MARKER}\n\n<h3>Pipeline <code>garments</code> ✓ passed</h3>\n`)).toBe(true);
    expect(body).toContain('\n\n[The run](https://github.com/team/garments/actions/runs/42)\n');
  });

  test('is updated, and never one that somebody else has written with the same marker', async () => {
    const others = [bot(1, `${MARKER} by a stranger`, 'stranger'), bot(2, 'another comment of ours')];
    const updated = await comment({ comments: [...others, bot(3, `${MARKER}\n\nold`)] });
    expect(updated.changes.map(({ method, path }) => `${method} ${path}`)).toEqual([`PATCH ${API}/issues/comments/3`]);
    const created = await comment({ comments: others });
    expect(created.changes.map(({ method }) => method)).toEqual(['POST']);
  });

  test('is not written for a commit that is no longer the newest, or for a push', async () => {
    const outdated = await comment({ pulls: [{ number: 7, head: { sha: 'd'.repeat(40) } }] });
    expect([outdated.exitCode, outdated.changes]).toEqual([0, []]);
    const pushed = await comment({ contexts: { 'github.event.workflow_run.event': 'push' } });
    expect([pushed.exitCode, pushed.changes]).toEqual([0, []]);
  });

  test('is found by a key that cannot end the marker', async () => {
    const { exitCode, changes } = await comment({ inputs: { key: 'x --> @somebody' } });
    expect([exitCode, changes]).toEqual([2, []]);
  });
});

describe('the artifact of a hostile pull request', () => {
  test('gives a harmless comment', async () => {
    const text =
      `--> ${MARKER} @somebody #1 <script>alert(1)</script> <img src=x onerror=y> [x](javascript:y) **b** | \\| \`\`\`\n\n` +
      `# heading\n\n</pre></code></td></table>\u001b[2J\n::set-output name=a::b`;
    const stage = { name: text, outcome: text, seconds: 1, reasons: [text], saved: null };
    const facts = {
      ...{ ...FACTS, pipeline: text, run: text, stages: [stage], outdated: [{ stage: text, reasons: [text] }] },
      problems: [{ stage: text, message: text, place: text, advice: text }],
      differences: [{ stage: text, file: text, words: text }],
    };
    const { exitCode, changes, log } = await comment({ zip: artifact({ 'summary.json': JSON.stringify(facts) }) });
    expect(exitCode).toBe(0);
    const body = bodyOf(changes);
    const rest = body.slice(MARKER.length).replace(/\[The run\]\(.*\)\n$/, '');
    expectHarmless(rest, /somebody|alert|javascript|heading|set-output/);
    expect(rest).not.toContain('<!--');
    expect(log).not.toMatch(/^\s*::/m);
  });

  test('is refused if it has other fields than a summary', async () => {
    const { exitCode, changes, log } = await comment({
      zip: artifact({ 'summary.json': JSON.stringify({ ...FACTS, problems: '# text' }) }),
    });
    expect([exitCode, changes]).toEqual([2, []]);
    expect(log).toContain('this is no summary of this version');
  });

  test('writes no file but the one that is read, whatever names it has', async () => {
    const zip = artifact({
      '../../stolen': 'x',
      'report.html': '<script>alert(1)</script>',
      'summary.md': '@somebody',
      'package.json': '{}',
    });
    const { exitCode, changes, project } = await comment({ zip });
    expect(exitCode).not.toBe(0);
    expect(changes).toEqual([]);
    expect(project.list('.').filter((name) => name !== 'node_modules')).toEqual([]);
  });

  test('is not downloaded if it is too large, and not unpacked beyond what it may be', async () => {
    const large = await comment({ size: 6_000_000 });
    expect([large.exitCode, large.changes]).toEqual([0, []]);
    const bomb = artifact({ 'summary.json': JSON.stringify({ ...FACTS, pipeline: 'x'.repeat(20_000_000) }) });
    expect(bomb.length).toBeLessThan(100_000);
    const { exitCode, changes } = await comment({ zip: bomb });
    expect(exitCode).not.toBe(0);
    expect(changes).toEqual([]);
  });
});
