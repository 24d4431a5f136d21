import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { LocalLogs } from '../../../../src/engine/cache/logs/local-logs.ts';
import { pruneLogs } from '../../../../src/engine/cache/logs/prune-logs.ts';
import { LOG_START, type LogPosition, RunLogs, runsWithLogs } from '../../../../src/engine/cache/logs/read-logs.ts';

const RUN = '20261128-120000-0012345';
const MATRIX_STAGE = `train@name=${'ä/'.repeat(200)}`;

/** Compresses every part. */
const SMALL = { partBytes: 4 << 20, parts: 16, compressedBytes: 0 };

let cache: string;
let folder: string;

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'pipeline-logs-'));
  onTestFinished(() => rmSync(cache, { recursive: true, force: true }));
  folder = join(cache, 'logs', RUN);
});

/** Returns the entries of an attempt from a position, without their times, and where they end. */
function read(stage: string, attempt = 1, from: LogPosition = LOG_START) {
  const excerpts = [...new RunLogs(cache, RUN).read({ stage, attempt }, from)];
  const entries = excerpts.flatMap((excerpt) => excerpt.entries.map(({ time: _, ...entry }) => entry));
  return { entries, next: excerpts.at(-1)?.next ?? from };
}

/** Waits until every part that is complete is compressed. */
function compressed(parts: number): Promise<void> {
  return vi.waitFor(() => expect(readdirSync(folder).filter((name) => name.endsWith('.gz'))).toHaveLength(parts));
}

describe('the log of an attempt', () => {
  test.each([['train'], [MATRIX_STAGE]])(
    'has all that the stage printed, in order, with its end: %#',
    async (stage) => {
      const log = new LocalLogs(cache, SMALL).begin(RUN, stage);
      log.add('stdout', 'epoch 1');
      log.add('stderr', 'a warning');
      log.add('log', 'two\nlines');
      log.end('failed', 'Error: no luck');
      const expected = [
        { type: 'started', stage },
        { type: 'stdout', message: 'epoch 1' },
        { type: 'stderr', message: 'a warning' },
        { type: 'log', message: 'two\nlines' },
        { type: 'ended', outcome: 'failed', message: 'Error: no luck' },
      ];
      expect(read(stage).entries).toEqual(expected);
      await compressed(1);
      expect(read(stage).entries).toEqual(expected);
      expect(new RunLogs(cache, RUN).stages()).toEqual([stage]);
      expect(runsWithLogs(cache)).toEqual([RUN]);
    },
  );

  test('can be read while it is written, also from the place that was read last', async () => {
    const log = new LocalLogs(cache, SMALL).begin(RUN, 'train');
    log.add('log', 'one');
    await Promise.resolve();
    const { entries, next } = read('train');
    expect(entries).toHaveLength(2);
    log.add('log', 'two');
    await Promise.resolve();
    expect(read('train', 1, next).entries).toEqual([{ type: 'log', message: 'two' }]);
    log.end('succeeded');
    await compressed(1);
    expect(read('train', 1, next).entries).toEqual([
      { type: 'log', message: 'two' },
      { type: 'ended', outcome: 'succeeded' },
    ]);
  });

  test('is kept apart from those of other attempts and other stages', async () => {
    const logs = new LocalLogs(cache, SMALL);
    for (const stage of ['train', 'train', 'train.1']) logs.begin(RUN, stage).end('succeeded');
    await compressed(3);
    expect(new RunLogs(cache, RUN).attemptsOf('train')).toEqual([1, 2]);
    expect(new RunLogs(cache, RUN).attemptsOf('train.1')).toEqual([1]);
    expect(new RunLogs(cache, RUN).attemptsOf('other')).toEqual([]);
  });

  test('has a limit, beyond which its oldest parts are dropped', async () => {
    const log = new LocalLogs(cache, { ...SMALL, partBytes: 1000, parts: 3 }).begin(RUN, 'train');
    for (let line = 0; line < 100; line++) {
      log.add('stdout', `line ${line} ${'x'.repeat(100)}`);
      await Promise.resolve();
    }
    log.end('succeeded');
    // With the part that was being written.
    await compressed(2);
    const messages = read('train').entries.flatMap((entry) => ('message' in entry ? [entry.message?.slice(0, 7)] : []));
    expect(messages.at(-1)).toBe('line 99');
    expect(messages.length).toBeGreaterThan(5);
    expect(messages.length).toBeLessThan(30);
  });

  test('is not compressed if that would save nothing', () => {
    new LocalLogs(cache).begin(RUN, 'train').end('succeeded');
    expect(readdirSync(folder)).toEqual(['train.1.1.log']);
  });

  test('has a message that is too long for a part in pieces', () => {
    const log = new LocalLogs(cache, SMALL).begin(RUN, 'train');
    const message = '\u0000'.repeat(8 << 20);
    log.add('log', message);
    log.end('failed', message);
    const messages = read('train').entries.flatMap((entry) => (entry.type === 'log' ? [entry.message] : []));
    expect(messages.join('') === message).toBe(true);
    expect(read('train').entries.at(-1)).toMatchObject({ type: 'ended', outcome: 'failed' });
  });

  test('is lost in a cache that cannot be written, and nothing else is', () => {
    writeFileSync(join(cache, 'file'), '');
    const log = new LocalLogs(join(cache, 'file')).begin(RUN, 'train');
    log.add('log', 'one');
    log.end('succeeded');
  });
});

describe('a log that somebody else has written', () => {
  test('is read as far as it is one', () => {
    mkdirSync(folder, { recursive: true });
    const lines = ['garbage', '{}', '{"type":"log","time":"x","message":"m"}', '[1]', 'null'];
    const entry = { time: '2026-11-28T12:00:00.000Z', type: 'log', message: 'one' };
    writeFileSync(join(folder, 'train.1.1.log'), [...lines, JSON.stringify(entry), '{"type":'].join('\n'));
    expect(read('train').entries).toEqual([{ type: 'log', message: 'one' }]);
  });

  test.each<[string, () => void]>([
    ['is not compressed', () => writeFileSync(join(folder, 'train.1.1.log.gz'), 'garbage')],
    [
      'would fill the memory',
      () => writeFileSync(join(folder, 'train.1.1.log.gz'), gzipSync(Buffer.alloc(65e6, '\n'))),
    ],
    ['is a link', () => symlinkSync('/etc/passwd', join(folder, 'train.1.1.log'))],
    ['is a folder', () => mkdirSync(join(folder, 'train.1.1.log'))],
  ])('is empty if it %s', (_, write) => {
    mkdirSync(folder, { recursive: true });
    write();
    expect(read('train').entries).toEqual([]);
  });

  test('is not looked for outside of the folder of logs', () => {
    mkdirSync(join(cache, 'logs', 'notes'), { recursive: true });
    expect(runsWithLogs(cache)).toEqual([]);
  });
});

describe('the logs of many runs', () => {
  const runs = ['20261128-120000-1', '20261128-120001-1', '20261128-120002-1', '20261128-120003-1'];

  beforeEach(() => {
    for (const run of runs) {
      mkdirSync(join(cache, 'logs', run), { recursive: true });
      writeFileSync(join(cache, 'logs', run, 'train.1.1.log'), 'x'.repeat(100));
    }
  });

  test.each([
    ['more than there may be', { runs: 2 }, 2],
    ['larger than they may be', { bytes: 350 }, 3],
    ['each larger than all may be', { bytes: 50 }, 1],
  ])('are deleted from the oldest on if they are %s', (_, limits, kept) => {
    pruneLogs(cache, limits);
    expect(runsWithLogs(cache)).toEqual([...runs].reverse().slice(0, kept));
    expect(existsSync(join(cache, 'logs', runs[3] ?? ''))).toBe(true);
  });
});
