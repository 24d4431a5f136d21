import { describe, expect, test } from 'vitest';
import { GATE_MODULE, Gate } from '../../support/gate.ts';
import { Project } from '../../support/project.ts';
import { Terminal } from '../../support/terminal.ts';

const SMALL = { columns: 60, rows: 16 };
const LARGE = { columns: 120, rows: 40 };

/** Stages that log a line, report progress, and then wait at the gate. */
function held(stages: number): Project {
  const declared = Array.from(
    { length: stages },
    (_, index) => `  stage-${index}: { module: stages/hold.ts, params: { name: stage-${index} }, env: [GATE] }\n`,
  );
  return new Project({
    'pipeline.yaml': `stages:\n${declared.join('')}`,
    'stages/hold.ts': `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';
import { hold } from '../lib/gate.ts';

export default defineStage({
  params: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
  outputs: ['out'],
  async run({ params, outputs, log, progress }) {
    log('log of ' + params.name);
    progress({ done: 1, total: 4, unit: 'things', note: 'a note that makes the line longer' });
    await hold(params.name);
    writeFileSync(outputs.out, params.name);
  },
});
`,
    'lib/gate.ts': GATE_MODULE,
  });
}

/** Returns the lines of running stages. */
function running(lines: readonly string[]): string[] {
  return lines.filter((line) => line.startsWith('▶'));
}

describe.each([SMALL, LARGE])('a window of $columns columns and $rows rows', (size) => {
  test.each([30, 300])('shows the two running stages of %i, and the waiting ones as a count', async (stages) => {
    const gate = await Gate.open();
    const terminal = new Terminal(held(stages), ['run', '--jobs', '2'], size, { GATE: gate.address });
    const [first, second] = [await gate.next(), await gate.next()];
    const window = await terminal.shows(/25 %[\s\S]*25 %/);
    expect(running(window).map((line) => line.split(' ')[1])).toEqual(
      expect.arrayContaining([first.name, second.name]),
    );
    expect(running(window)).toHaveLength(2);
    expect(window.at(-1)).toBe(`0 of ${stages} stages done · 2 running · ${stages - 2} waiting`);
    first.finish();
    await gate.next();
    const next = await terminal.shows(new RegExp(`1 of ${stages} stages done · 2 running · ${stages - 3} waiting`));
    expect(next.filter((line) => line.startsWith(`✓ ${first.name} ran in`))).toHaveLength(1);
    expect(running(next)).toHaveLength(2);
  });
});

describe('a window that changes its size during a run', () => {
  test.each([
    ['smaller', LARGE, SMALL],
    ['larger', SMALL, LARGE],
  ])('shows each running stage once when it becomes %s, and again when it gets its size back', async (_, from, to) => {
    const gate = await Gate.open();
    const terminal = new Terminal(held(30), ['run', '--jobs', '2'], from, { GATE: gate.address });
    const stages = [await gate.next(), await gate.next()];
    await terminal.shows(/25 %[\s\S]*25 %/);
    for (const size of [to, from, to]) {
      await terminal.resize(size);
      // Lines are redrawn at once for the new size, and each second for the clock: this waits for the latter.
      const before = running(await terminal.window());
      const window = await terminal.shows(new RegExp(`^(?![\\s\\S]*${before[0]?.slice(0, 16)})`));
      expect(running(window)).toHaveLength(2);
      expect(window.filter((line) => line.includes('2 running'))).toHaveLength(1);
      expect(window.filter((line) => line.includes('log of'))).toHaveLength(2);
      expect(await terminal.scrollback()).toEqual(['']);
    }
    for (const stage of stages) stage.finish();
    await terminal.shows(/2 of 30 stages done · 2 running · 26 waiting/);
  });
});

describe('what is left of a run on a terminal', () => {
  test('is a line for each stage, and what the stages have logged', async () => {
    const gate = await Gate.open();
    const terminal = new Terminal(held(12), ['run', '--jobs', '2'], SMALL, { GATE: gate.address });
    for (let stage = 0; stage < 12; stage++) (await gate.next()).finish();
    expect(await terminal.ended()).toBe(0);
    const all = [...(await terminal.scrollback()), ...(await terminal.window())];
    expect(all.filter((line) => /▶|waiting|running|%/.test(line))).toEqual([]);
    expect(all.filter((line) => /^✓ stage-\d+ ran in/.test(line))).toHaveLength(12);
    expect(all.filter((line) => /^ {2}stage-\d+: log of stage-\d+$/.test(line))).toHaveLength(12);
  });

  test('is one line per event if the terminal cannot redraw lines', async () => {
    const gate = await Gate.open();
    const terminal = new Terminal(held(1), ['run'], SMALL, { TERM: 'dumb', GATE: gate.address });
    (await gate.next()).finish();
    expect(await terminal.ended()).toBe(0);
    expect(await terminal.window()).toContain('▶ stage-0: it has not run yet');
  });
});
