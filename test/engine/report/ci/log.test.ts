import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../../../src/engine/execute/events.ts';
import { actionKey, keyDocument } from '../../../../src/engine/fingerprint/action-key.ts';
import { sha256 } from '../../../../src/engine/fingerprint/digest.ts';
import { ciReporter } from '../../../../src/engine/report/ci/log.ts';
import type { CiService } from '../../../../src/shared/text/ci-service.ts';

const document = keyDocument({ code: sha256('code'), packages: {}, params: {}, inputs: {}, env: {}, runtime: {} });

const begin = (stage: string): RunEvent => ({ type: 'stage-started', stage, reasons: ['it has not run yet'] });
const print = (stage: string, message: string): RunEvent => ({ type: 'stage-log', stage, message, source: 'log' });
const progress = (stage: string): RunEvent => ({ type: 'stage-progress', stage, progress: { done: 1, total: 2 } });
const end = (name: string): RunEvent => ({
  type: 'stage-finished',
  result: {
    ...{ name, outcome: 'ran', seconds: 3, reasons: [], metrics: {}, outputs: {} },
    ...{ key: actionKey(document), document },
  },
});

/** Returns the log of events, of which each takes a second from 12:00:00 on. Commands to the log begin with `>`. */
function logOf(service: CiService, ...events: readonly RunEvent[]): string {
  let text = '';
  let second = 0;
  const output = {
    write: (written: string) => {
      text += written;
    },
    command: (written: string) => {
      text += `>${written}`;
    },
  };
  const { emit, close } = ciReporter(
    output,
    service,
    (_format, painted) => painted,
    () => new Date(Date.UTC(2026, 10, 28, 12, 0, second)),
  );
  for (const event of events) {
    emit(event);
    second += 1;
  }
  close();
  return text;
}

describe('the log of a run in a CI job', () => {
  test('has what a stage prints in a group, and everything else outside of it, with the time', () => {
    expect(logOf('github', begin('train'), print('train', 'one\ntwo'), print('train', 'three'), end('train'))).toBe(
      [
        '12:00:00 ▶ train: it has not run yet',
        '>::group::train: output',
        '12:00:01   train: one',
        '12:00:01   train: two',
        '12:00:02   train: three',
        '>::endgroup::',
        '12:00:03 ✓ train ran in 3.0 s',
        '',
      ].join('\n'),
    );
  });

  test('has no group for a stage that prints nothing', () => {
    expect(logOf('github', begin('train'), end('train'))).not.toContain('>');
  });

  test('shows at once what the first of several stages prints, and the lines of the others when they end', () => {
    const log = logOf(
      'github',
      ...[begin('a'), begin('b'), print('b', 'b1'), progress('b'), print('a', 'a1')],
      ...[end('b'), print('a', 'a2'), end('a')],
    );
    expect(log.split('\n').map((line) => line.replace(/^12:00:0\d /, ''))).toEqual([
      '▶ a: it has not run yet',
      '▶ b: it has not run yet',
      ...['>::group::a: output', '  a: a1', '>::endgroup::'],
      ...['>::group::b: output', '  b: b1', '>::endgroup::'],
      '✓ b ran in 3.0 s',
      ...['>::group::a: output, continued', '  a: a2', '>::endgroup::'],
      '✓ a ran in 3.0 s',
      '',
    ]);
  });

  test('goes on with the next stage when the first one ends', () => {
    const log = logOf('github', begin('a'), begin('b'), print('b', 'b1'), end('a'), print('b', 'b2'), end('b'));
    expect(log.split('\n').map((line) => line.replace(/^12:00:0\d /, ''))).toEqual([
      '▶ a: it has not run yet',
      '▶ b: it has not run yet',
      ...['>::group::b: output', '  b: b1', '>::endgroup::'],
      '✓ a ran in 3.0 s',
      ...['>::group::b: output, continued', '  b: b2', '>::endgroup::'],
      '✓ b ran in 3.0 s',
      '',
    ]);
  });

  test('keeps the last lines of a stage in the background, and says how many it has left out', () => {
    const lines = Array.from({ length: 2500 }, (_, index) => `line ${index}`);
    const log = logOf('github', begin('a'), begin('b'), print('b', lines.join('\n')), end('b'), end('a'));
    expect(log).toContain('  b: 1,000 earlier lines are left out here\n');
    expect(log).not.toContain('b: line 999\n');
    expect(log).toContain('b: line 1000\n');
    expect(log).toContain('b: line 2499\n');
  });

  test('has sections in GitLab, each with a name of its own', () => {
    const log = logOf('gitlab', begin('a'), print('a', 'one'), end('a'), begin('b'), print('b', 'two'));
    const erase = '\\u001B\\[0K';
    const start = new RegExp(`>${erase}section_start:(\\d+):(\\w+)\\[collapsed=true\\]\\r${erase}(.*)\\n`, 'g');
    const stop = new RegExp(`>${erase}section_end:(\\d+):(\\w+)\\r${erase}\\n`, 'g');
    const [starts, ends] = [[...log.matchAll(start)], [...log.matchAll(stop)]];
    expect(starts.map(([, time, name, title]) => [time, name, title])).toEqual([
      ['1795867201', 'pipeline_1', 'a: output'],
      ['1795867204', 'pipeline_2', 'b: output'],
    ]);
    expect(ends.map(([, , name]) => name)).toEqual(['pipeline_1', 'pipeline_2']);
  });

  test('has groups in Buildkite, and what follows them stays visible', () => {
    expect(logOf('buildkite', begin('a'), print('a', 'one'), end('a'))).toBe(
      [
        '12:00:00 ▶ a: it has not run yet',
        '>--- a: output',
        '12:00:01   a: one',
        '>+++ 12:00:02 ✓ a ran in 3.0 s',
        '',
      ].join('\n'),
    );
  });

  test('takes the name of a stage for no command', () => {
    const stage = 'a%0A::set-env\n::error::\u001b[2J';
    const titles = logOf('github', begin(stage), print(stage, 'x')).split('\n');
    expect(titles).toContain('>::group::a%250A::set-env↵::error::\\x1b[2J: output');
    const [, title] = logOf('gitlab', begin(stage), print(stage, 'x')).split('[collapsed=true]\r');
    expect(title?.split('\n')[0]).toBe('\u001B[0Ka%0A::set-env↵::error::\\x1b[2J: output');
  });
});
