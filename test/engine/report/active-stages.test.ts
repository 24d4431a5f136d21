import xterm from '@xterm/headless';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../../src/engine/execute/events.ts';
import { ActiveStages } from '../../../src/engine/report/active-stages.ts';
import { LiveLines } from '../../../src/engine/report/live-lines.ts';
import { displayWidth } from '../../../src/shared/text/table.ts';

const SMALL = { columns: 60, rows: 16 };

function stagesAfter(names: readonly string[], ...events: readonly RunEvent[]): ActiveStages {
  const stages = new ActiveStages((_format, text) => text);
  stages.take({ type: 'run-started', purpose: 'run', run: '1', pipeline: 'p', stages: names });
  for (const event of events) stages.take(event);
  return stages;
}

function started(stage: string): RunEvent {
  return { type: 'stage-started', stage, reasons: ['it has not run yet'] };
}

const names = Array.from({ length: 300 }, (_, index) => `stage-${index}`);
const holder = 'process 12 on node-2';

describe('the lines of the stages that do something', () => {
  test('running stages come before waiting ones, and the others are counted', () => {
    const waiting: RunEvent = { type: 'stage-waiting', stage: 'stage-7', for: 'gpus', holder };
    const lines = stagesAfter(names, waiting, started('stage-3')).lines(SMALL);
    expect(lines).toEqual([
      expect.stringMatching(/^▶ stage-3 0\.\d s it has not run yet$/),
      `○ stage-7 waiting for GPUs in use by ${holder}`,
      '0 of 300 stages done · 1 running · 299 waiting',
    ]);
  });

  test('a stage that has failed is counted, and no longer shown', () => {
    const failure = { kind: 'crashed', how: 'exited with code 3', output: '' } as const;
    const result = { name: 'stage-1', seconds: 1, reasons: [], outcome: 'failed', failure } as const;
    const lines = stagesAfter(names, started('stage-1'), { type: 'stage-finished', result }).lines(SMALL);
    expect(lines).toEqual(['1 of 300 stages done · 1 failed · 0 running · 299 waiting']);
  });

  test('a run that is being stopped says how to end it at once', () => {
    const stopping: RunEvent = { type: 'run-stopping', signal: 'SIGINT' };
    const saving: RunEvent = { type: 'stage-saving', stage: 'stage-1', seconds: 30 };
    const lines = stagesAfter(names, started('stage-1'), stopping, saving).lines({ columns: 120, rows: 40 });
    expect(lines).toEqual([
      expect.stringMatching(/^▶ stage-1 0\.\d s saving, for at most 30 s$/),
      'stopping; a second Ctrl-C ends everything at once',
    ]);
  });

  test.each([
    [1, 1],
    [8, 3],
    [20, 5],
    [60, 16],
    [120, 40],
  ])('300 running stages with long names fit into %i columns and %i rows', (columns, rows) => {
    const long = names.map((name) => `${name}@backbone=模型,\tlearning_rate=0.0001,fold=0,size=128,augment=none`);
    const lines = stagesAfter(long, ...long.map(started)).lines({ columns, rows });
    expect(lines.length).toBeLessThan(Math.max(2, rows));
    for (const line of lines) expect(displayWidth(line)).toBeLessThanOrEqual(Math.max(1, columns - 1));
    if (rows >= 5) expect(lines.at(-2)).toMatch(/^ {2}… and \d+ more$/);
  });
});

describe('lines that are redrawn in place', () => {
  /** A window, and a stream that writes to it. */
  function window(columns: number, rows: number) {
    const emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true });
    const stream = Object.assign(Object.create(process.stdout) as NodeJS.WriteStream, {
      columns,
      rows,
      write: (text: string) => emulator.write(text.replaceAll('\n', '\r\n')),
    });
    const shown = async () => {
      await new Promise<void>((resolve) => emulator.write('', resolve));
      const { active } = emulator.buffer;
      const all = Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? '');
      return all.join('\n').trimEnd().split('\n');
    };
    return { emulator, stream, lines: new LiveLines(stream, (text) => text), shown };
  }

  test('text is printed above them', async () => {
    const { lines, shown } = window(20, 6);
    lines.update('first\n', ['a 1', 'b 1', '2 running']);
    lines.update('second, longer than the window\n', ['a 2', '1 running']);
    expect(await shown()).toEqual(['first', 'second, longer than ', 'the window', 'a 2', '1 running']);
    lines.update('', []);
    expect(await shown()).toEqual(['first', 'second, longer than ', 'the window']);
  });

  test('nothing that was redrawn gets into the scrollback, however much is printed', async () => {
    const { lines, shown } = window(20, 6);
    const printed = Array.from({ length: 40 }, (_, index) => `line ${index}`);
    for (const [index, line] of printed.entries()) lines.update(`${line}\n`, [`a ${index}`, `b ${index}`, 'running']);
    expect(await shown()).toEqual([...printed, 'a 39', 'b 39', 'running']);
  });

  test('lines that the terminal has wrapped because the window became narrower are replaced as a whole', async () => {
    const { emulator, stream, lines, shown } = window(60, 12);
    lines.update('first\n', ['a '.repeat(25), 'b', 'c '.repeat(20)]);
    await shown();
    emulator.resize(18, 12);
    stream.columns = 18;
    lines.update('', ['a', 'b', 'c']);
    expect(await shown()).toEqual(['first', 'a', 'b', 'c']);
  });

  test('what somebody else has written below them stays', async () => {
    const { lines, stream, shown } = window(60, 12);
    lines.update('', ['a']);
    stream.write('[1]+  Stopped\n');
    lines.abandon();
    lines.update('', ['b']);
    expect(await shown()).toEqual(['a', '[1]+  Stopped', 'b']);
  });
});
