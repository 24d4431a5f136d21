import { describe, expect, test } from 'vitest';
import { parseSacct, parseSqueue } from '../../../../src/engine/execute/cluster/slurm-states.ts';

describe('what squeue prints', () => {
  test('is read with the tasks of arrays, the nodes and the reason', () => {
    const text =
      '12|RUNNING|None|n1|pipeline-ab|s3 train\n13_7|PENDING|Resources||pipeline-ab|a4 score (8 instances)\n';
    expect(parseSqueue(text)).toEqual([
      { id: '12', name: 'pipeline-ab', label: 's3', phase: 'running', word: 'RUNNING', reason: '', nodes: ['n1'] },
      {
        ...{ id: '13_7', name: 'pipeline-ab', label: 'a4', task: 7, phase: 'queued', word: 'PENDING' },
        ...{ reason: 'Resources', nodes: [] },
      },
    ]);
  });

  test.each([
    ['COMPLETED', 'None', 'ended', 'succeeded'],
    ['COMPLETING', 'None', 'running', undefined],
    ['CANCELLED by 1000', 'None', 'ended', 'cancelled'],
    ['CANCELLED', 'DependencyNeverSatisfied', 'ended', 'blocked'],
    ['PENDING', 'DependencyNeverSatisfied', 'ended', 'blocked'],
    ['PENDING', 'Dependency', 'queued', undefined],
    ['NODE_FAIL', 'NodeDown', 'ended', 'node-failed'],
    ['OUT_OF_MEMORY', 'OutOfMemory', 'ended', 'out-of-memory'],
    ['TIMEOUT', 'TimeLimit', 'ended', 'out-of-time'],
    ['PREEMPTED', 'None', 'ended', 'preempted'],
    ['FAILED', 'NonZeroExitCode', 'ended', 'exited'],
    ['SOMETHING_NEW', 'None', 'unknown', undefined],
  ])('says of a job in state "%s" (%s) that it is %s %s', (word, reason, phase, ended) => {
    const [state] = parseSqueue(`1|${word}|${reason}||pipeline-ab|s1 train`);
    expect([state?.phase, state?.ended]).toEqual([phase, ended]);
  });

  test('may have lines that are about nothing of ours', () => {
    expect(parseSqueue('slurm_load_jobs error: no\n5|RUNNING|None|n1|other|\n\n')).toEqual([]);
  });
});

test('what sacct prints is read by the id of the job, with its last state', () => {
  const { states, known } = parseSacct(
    '7|NODE_FAIL|0:0|n1\n7|CANCELLED by 0|0:15|n2\n8_3|OUT_OF_ME+|0:125|n1\n8_3.batch|FAILED|1:0|n1\n9_[2-5%2]|PENDING|0:0|None assigned\n',
  );
  expect(states.get('7')).toMatchObject({ ended: 'cancelled', reason: 'exit code 0:15', nodes: ['n2'] });
  expect([...states.keys()]).toEqual(['7', '8_3']);
  expect([...known]).toEqual(['7', '8', '9']);
});
