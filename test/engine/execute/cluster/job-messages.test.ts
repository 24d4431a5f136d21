import { describe, expect, test } from 'vitest';
import { type JobMessage, toJobLine } from '../../../../src/engine/execute/cluster/job-messages.ts';
import { readJobMessage } from '../../../../src/engine/execute/cluster/read-job-message.ts';
import { type ActionKey, sha256 } from '../../../../src/engine/fingerprint/digest.ts';

const MESSAGES: readonly JobMessage[] = [
  { type: 'began', host: 'n1' },
  { type: 'started' },
  { type: 'waiting', for: 'claim', holder: 'process 3' },
  { type: 'log', message: 'a\nb', source: 'stdout' },
  { type: 'progress', progress: { done: 1, total: 2, unit: 'steps', note: 'loss 0.1' } },
  {
    type: 'content-progress',
    content: { kind: 'input', name: 'x' },
    progress: { activity: 'hashing', files: 1, bytes: 2 },
  },
  { type: 'saving', seconds: 30 },
  { type: 'warning', problem: { message: 'careful', advice: 'Look.' } },
  { type: 'retrying', failure: { kind: 'timed-out', seconds: 3 }, retry: 1, retries: 2 },
  { type: 'ended', end: { outcome: 'ran', key: sha256('key') as string as ActionKey } },
  {
    type: 'ended',
    end: { outcome: 'failed', failure: { kind: 'threw', message: 'no', causes: [], stack: '' }, isFinal: true },
  },
  { type: 'ended', end: { outcome: 'stopped', requeued: true } },
];

describe('a line of the output of a job', () => {
  test.each(MESSAGES)('that is a message of type $type is read as it was written', (message) => {
    expect(readJobMessage(JSON.stringify(toJobLine(message)))).toEqual(message);
  });

  test.each([
    'slurmstepd: error: *** JOB 5 ON n1 CANCELLED ***',
    '{"pipeline":"job","message":{"type":"progress"}}',
    '{"pipeline":"job","message":{"type":"ended","end":{"outcome":"ran","key":"../../x"}}}',
    '{"pipeline":"job","message":{"type":"ended","end":{"outcome":"failed","failure":{"kind":"threw"},"isFinal":true}}}',
    '{"pipeline":"job","message":{"type":"warning","problem":{}}}',
    '{"pipeline":"job","message":',
  ])('that is something else is a part of the log: %s', (line) => {
    expect(readJobMessage(line)).toEqual({ type: 'log', message: line, source: 'stderr' });
  });
});
