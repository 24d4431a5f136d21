import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { jobScript } from '../../../../src/engine/execute/cluster/job-script.ts';

/** A program that prints its arguments, one a line. */
const PARTS = {
  program: ['printf', '%s\\n'],
  options: ['-f', "/data/it's mine/pipeline.yaml"],
  ...{ plan: 'abc', run: 'r1', setup: undefined, requeue: undefined },
};

function run(script: string, task = ''): { readonly words: readonly string[]; readonly status: number | null } {
  const { stdout, status } = spawnSync('/bin/sh', { input: `PIPELINE_TASK=${task}\n${script}`, encoding: 'utf8' });
  return { words: stdout.split('\n').slice(0, -1), status };
}

describe('the script of a job', () => {
  test.each(['train', 'train@seed=1,name=a b', "a'; touch /tmp/x; '", '$(touch /tmp/x)', '`id`', '-x'])(
    'passes the name of a stage on as it is: %s',
    (name) => {
      const { words } = run(jobScript(PARTS, name, {}));
      expect(words).toEqual([
        ...['exec', '--plan', 'abc', '--run', 'r1', '-f', "/data/it's mine/pipeline.yaml"],
        ...['--stage', name],
      ]);
    },
  );

  test('of an array chooses the stage by the index of its task', () => {
    const script = jobScript(
      PARTS,
      new Map([
        [3, 'train@seed=a b'],
        [7, 'train@seed=$HOME'],
      ]),
      { memory: 2048, retries: 0 },
    );
    expect(run(script, '7').words.slice(-6)).toEqual([
      ...['--memory', '2048', '--retries', '0', '--stage', 'train@seed=$HOME'],
    ]);
    expect(run(script, '3').words.at(-1)).toBe('train@seed=a b');
    expect(run(script, '4').status).toBe(2);
  });

  test('runs what a user has it set up first, and stops if that fails', () => {
    expect(run(jobScript({ ...PARTS, setup: 'echo loaded' }, 'a', {})).words[0]).toBe('loaded');
    expect(run(jobScript({ ...PARTS, setup: 'false\necho no' }, 'a', {}))).toEqual({ words: [], status: 1 });
  });
});
