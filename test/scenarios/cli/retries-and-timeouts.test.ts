import { describe, expect, test } from 'vitest';
import { Project, toFinished } from '../../support/project.ts';

/** A pipeline with one stage. `extra` are further keys of the stage, and `body` is the body of its `run`. */
function project(extra: string, body: string): Project {
  return new Project({
    'pipeline.yaml': `stages:
  train: { module: train.ts${extra} }
  after: { module: after.ts, inputs: { model: train.model } }
`,
    'train.ts': `import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { badInput, defineStage, failed } from 'pipeline';

export default defineStage({
  outputs: ['model'],
  async run({ work, outputs, signal }) {
    const file = join(work, 'tries');
    const tries = existsSync(file) ? Number(readFileSync(file, 'utf8')) + 1 : 1;
    writeFileSync(file, String(tries));
    ${body}
  },
});
`,
    'after.ts': `import { cpSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  inputs: ['model'],
  outputs: ['copy'],
  run({ inputs, outputs }) {
    cpSync(inputs.model, outputs.copy);
  },
});
`,
  });
}

const THIRD_TIME = `
    writeFileSync(outputs.model, 'half');
    if (tries === 1) throw new Error('loss is NaN\\nmore');
    if (tries === 2) process.kill(process.pid, 'SIGKILL');
    writeFileSync(outputs.model, 'try ' + tries);`;

/** Returns the JSON lines of one type. */
function lines(stdout: string, type: string): Record<string, unknown>[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line['type'] === type);
}

describe('a stage with retries', () => {
  test('a failed stage is retried, and resumes from its work directory', async () => {
    const toy = project(', retries: 2', THIRD_TIME);
    const { exitCode, which, stdout } = await toy.run();
    expect(exitCode).toBe(0);
    expect(which('ran')).toEqual(['train', 'after']);
    expect(lines(stdout, 'stage-retrying')).toMatchObject([
      { stage: 'train', retry: 1, retries: 2, failure: { kind: 'threw' } },
      { stage: 'train', retry: 2, retries: 2, failure: { kind: 'crashed' } },
    ]);
    await toy.pipeline('export', 'train', 'out');
    expect(toy.read('out/model')).toBe('try 3');
  });

  test('each failure is printed when it happens', async () => {
    const { stdout } = await project(', retries: 2', THIRD_TIME).pipeline('run');
    expect(stdout).toContain('↻ train: threw an error: loss is NaN; retrying (1 of 2)\n');
    expect(stdout).toContain('↻ train: process was terminated by SIGKILL; retrying (2 of 2)\n');
  });

  test('a stage that fails in every attempt fails, and the number of attempts is shown', async () => {
    const { exitCode, which, stdout } = await project(', retries: 1', THIRD_TIME).pipeline('run', '--json');
    expect(exitCode).toBe(1);
    expect(which('failed')).toEqual(['train']);
    expect(which('blocked')).toEqual(['after']);
    expect(lines(stdout, 'run-finished')[0]?.['stages']).toMatchObject([{ name: 'train', tries: 2 }, {}]);
    const told = await project(', retries: 1', "throw new Error('no');").pipeline('run');
    expect(told.stdout).toContain('✗ train: threw an error (2 attempts)\n');
  });

  test('a stage is not retried after invalid input', async () => {
    const body = "return badInput([{ message: 'a bad row', at: { file: 'a.csv', line: 1 } }]);";
    const { exitCode, stdout } = await project(', retries: 5', body).run();
    expect(exitCode).toBe(2);
    expect(lines(stdout, 'stage-retrying')).toEqual([]);
  });

  test('retries, timeout and deterministic do not change the action key', async () => {
    const toy = project('', "writeFileSync(outputs.model, 'x');");
    await toy.run();
    toy.edit('pipeline.yaml', 'train.ts }', 'train.ts, retries: 3, timeout: 1h, deterministic: false }');
    expect((await toy.run()).which('cached')).toEqual(['train', 'after']);
  });
});

describe('a stage with a timeout', () => {
  /** Runs forever, with a process that it started. */
  const hang = `
    spawn('sleep', ['100000'], { stdio: 'inherit' });
    setInterval(() => undefined, 1000);
    await new Promise(() => undefined);`;

  test('a stage is stopped after its timeout, with all processes that it started', async () => {
    const toy = project(', timeout: 0.1s', hang);
    const { exitCode, which, stdout } = await toy.run();
    expect(exitCode).toBe(1);
    expect(which('failed')).toEqual(['train']);
    expect(lines(stdout, 'run-finished')[0]?.['stages']).toMatchObject([
      {
        name: 'train',
        failure: { kind: 'timed-out', seconds: 0.1, problems: [{ message: 'took longer than 0.1 s' }] },
      },
      {},
    ]);
  });

  test('a timeout is reported, with advice on how to extend it', async () => {
    const { stdout } = await project(', timeout: 0.1', hang).pipeline('run');
    expect(stdout).toContain(
      `✗ train: took longer than 0.1 s
error: stage "train" was stopped after its timeout of 0.1 s
  → Increase or remove its \`timeout\` in pipeline.yaml. The next run resumes from its work directory.
`,
    );
  });

  test('a stage with retries is retried after a timeout', async () => {
    const body = `
    if (tries === 1) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    writeFileSync(outputs.model, 'try ' + tries);`;
    // Long enough for the second attempt even on a busy machine.
    const toy = project(', timeout: 5s, retries: 1', body);
    const { exitCode, stdout } = await toy.run();
    expect(lines(stdout, 'stage-retrying')).toMatchObject([{ failure: { kind: 'timed-out' } }]);
    expect(exitCode).toBe(0);
  });
});

describe('a non-deterministic stage', () => {
  const random = 'writeFileSync(outputs.model, String(process.hrtime.bigint()));';

  test('a different output under the same action key is reported as a warning', async () => {
    const toy = project('', random);
    const first = await toy.run();
    expect(lines(first.stdout, 'stage-warning')).toEqual([]);
    const again = await toy.run('--from', 'train');
    expect(lines(again.stdout, 'stage-warning')).toEqual([
      {
        type: 'stage-warning',
        stage: 'train',
        message: 'output "model" of stage "train" differs from the previous result under the same action key',
        advice:
          'If the stage is not deterministic, declare it in pipeline.yaml: deterministic: false. Otherwise look for the current time, unseeded random numbers, or an order that depends on the file system or on threads.',
      },
    ]);
    expect(again.exitCode).toBe(0);
  });

  test('the warning is readable on a terminal that cannot redraw', async () => {
    const toy = project('', random);
    await toy.run();
    const { stdout } = await toy.pipeline('run', '--force');
    expect(stdout).toContain(
      'warning: output "model" of stage "train" differs from the previous result under the same action key\n  → If the stage is not',
    );
  });

  test('a stage declared non-deterministic gets no warning, and its first result is kept until --force', async () => {
    const toy = project(', deterministic: false', random);
    const first = await toy.run();
    const kept = await toy.run();
    expect(kept.which('cached')).toEqual(['train', 'after']);
    const again = await toy.run('--from', 'train');
    expect(lines(again.stdout, 'stage-warning')).toEqual([]);
    expect(again.stages[0]?.outputs).not.toEqual(first.stages[0]?.outputs);
    expect((await toy.run()).stages[0]?.outputs).toEqual(again.stages[0]?.outputs);
  });

  test('there is no warning if the output is the same', async () => {
    const toy = project('', "writeFileSync(outputs.model, 'same');");
    await toy.run();
    expect(lines((await toy.run('--force')).stdout, 'stage-warning')).toEqual([]);
  });
});

describe('the GPUs that a stage sees', () => {
  test('a stage sees no GPU that it does not request', async () => {
    const toy = project('', "writeFileSync(outputs.model, '<' + process.env.CUDA_VISIBLE_DEVICES + '>');");
    toFinished(await toy.start(['run'], { CUDA_VISIBLE_DEVICES: '0' }));
    await toy.pipeline('export', 'train', 'out');
    expect(toy.read('out/model')).toBe('<>');
  });
});
