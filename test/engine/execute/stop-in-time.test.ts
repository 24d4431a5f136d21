import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { withMark } from '../../../src/engine/execute/left-behind.ts';
import { startGroup } from '../../../src/engine/execute/process-group.ts';
import { StopInTime } from '../../../src/engine/execute/stop-in-time.ts';

let killed: boolean;
let saving: number[];
let cancel: AbortController;
let stop: StopInTime;

/** A process that takes no notice of SIGTERM, of which only the end is simulated. */
beforeEach(() => {
  const child = startGroup(['/bin/sh', '-c', 'trap "" TERM; while :; do sleep 1; done'], withMark({}), {
    stdio: 'pipe',
  });
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  killed = false;
  saving = [];
  cancel = new AbortController();
  const kill = process.kill.bind(process);
  vi.spyOn(process, 'kill').mockImplementation((pid, signal) => {
    killed ||= pid === -(child.pid ?? 0) && signal === 'SIGKILL';
    return kill(pid, signal);
  });
  stop = new StopInTime(child, { grace: 30, signal: cancel.signal, onSaving: (seconds) => saving.push(seconds) });
});

afterEach(() => {
  vi.advanceTimersByTime(100_000);
  stop.end();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('a stage that is stopped', () => {
  test('is killed after a second if it is not saving', () => {
    cancel.abort();
    vi.advanceTimersByTime(999);
    expect(killed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(killed).toBe(true);
    expect(saving).toEqual([]);
  });

  test('is killed after its grace if it is saving', () => {
    stop.saving(true);
    cancel.abort();
    vi.advanceTimersByTime(29_999);
    expect(killed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(killed).toBe(true);
    expect(saving).toEqual([30]);
  });

  test('is killed a second after it has saved', () => {
    stop.saving(true);
    cancel.abort();
    vi.advanceTimersByTime(10_000);
    stop.saving(false);
    vi.advanceTimersByTime(999);
    expect(killed).toBe(false);
    vi.advanceTimersByTime(1);
    expect(killed).toBe(true);
  });

  test('may begin to save within the first second', () => {
    cancel.abort();
    vi.advanceTimersByTime(900);
    stop.saving(true);
    vi.advanceTimersByTime(29_000);
    expect(killed).toBe(false);
    vi.advanceTimersByTime(100);
    expect(killed).toBe(true);
  });

  test('gets no longer by saving again and again', () => {
    cancel.abort();
    for (let passed = 0; passed < 31_000; passed += 500) {
      stop.saving(passed % 1000 === 0);
      vi.advanceTimersByTime(500);
    }
    expect(killed).toBe(true);
    expect(saving).toEqual([30]);
  });
});
