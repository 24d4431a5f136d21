import { describe, expect, test } from 'vitest';
import { Project } from '../../support/project.ts';

/** A pipeline with one stage, with this body of `run` and these declared outputs. It has no types, like JavaScript. */
function stage(body: string, outputs = "['out']"): Project {
  return new Project({
    'pipeline.yaml': 'stages: { one: { module: one.ts } }\n',
    'one.ts': `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  outputs: ${outputs},
  run({ outputs, metrics, progress }: any): any {
    writeFileSync(outputs.out, 'x');
    ${body}
  },
});
`,
  });
}

describe('the metrics of a stage', () => {
  test('metrics may be NaN or infinite, and every command shows them as such', async () => {
    const project = stage('metrics({ loss: NaN, best: -Infinity, steps: 3 });');
    const first = await project.run();
    expect(first.stages[0]?.metrics).toEqual({ loss: 'NaN', best: '-Infinity', steps: 3 });
    expect((await project.run()).stages[0]?.metrics).toEqual({ loss: 'NaN', best: '-Infinity', steps: 3 });
    for (const command of [['run'], ['runs'], ['diff'], ['inspect', 'one'], ['cache', 'verify']]) {
      const { exitCode, stderr } = await project.pipeline(...command);
      expect({ command, exitCode, stderr }).toEqual({ command, exitCode: 0, stderr: '' });
    }
    expect((await project.pipeline('run')).stdout).toMatch(/loss +NaN\n +best +-Infinity\n +steps +3/);
  });

  test.each(["'0.5'", 'null', 'undefined', '[1]', '10n'])(
    'the metric %s is an error at the line of the stage',
    async (value) => {
      const { exitCode, stderr } = await stage(`metrics({ loss: ${value} });`).run();
      expect(exitCode).toBe(1);
      expect(stderr).toContain('one.ts:8:9: metric "loss" is not a number: ');
    },
  );
});

test('progress is reported at most a few times per second, and always at the end', async () => {
  const { stdout } = await stage('for (let done = 1; done <= 5000; done++) progress({ done, total: 5000 });').run();
  const told = stdout.split('\n').filter((line) => line.includes('"stage-progress"'));
  expect(told.at(-1)).toContain('"done":5000');
  expect(told.length).toBeLessThan(100);
});

test.each(['null', '7', "'done'", '{}', "{ kind: 'failed' }", "{ kind: 'failed', problems: [7] }"])(
  'a stage that returns %s fails, with advice on what to return',
  async (value) => {
    const { exitCode, stderr, stdout } = await stage(`return ${value};`).run();
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/run\(\) returned .+/);
    expect(stderr).toContain('Return nothing, badInput(…) or failed(…)');
    expect(stdout + stderr).not.toContain('TypeError');
  },
);

describe('the declared outputs of a stage', () => {
  test.each([
    ["['out', '../outside']", 'it is a path, not a file name'],
    ["['out', './model.h5']", 'it is a path, not a file name'],
    ["['out', '/tmp/model']", 'it is a path, not a file name'],
    ["['out', '.hidden']", 'it starts with a dot, so that it has no name'],
    ["['out', 'two words']", 'a name consists of letters, digits'],
    ["['out', 'out']", 'it is declared twice'],
    ["['out.csv', 'out.json']", 'it has the same name as "out.csv"'],
  ])('the outputs %s are rejected before anything runs', async (outputs, fault) => {
    const { exitCode, stderr } = await stage('', outputs).run();
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`of stage "one": ${fault}`);
    expect(stderr).toContain('one.ts');
  });
});

describe('a stage that returns too early', () => {
  test('a stream that a stage does not wait for is completed before its outputs are read', async () => {
    const project = stage(`const stream = createWriteStream(outputs.out);
    for (let line = 0; line < 20_000; line++) stream.write('a line of a table, and some more of it\\n');
    stream.end();`);
    project.edit('one.ts', 'import { writeFileSync } from', 'import { createWriteStream, writeFileSync } from');
    expect((await project.run()).exitCode).toBe(0);
    await project.pipeline('export', 'one', 'results');
    expect(project.read('results/out').split('\n')).toHaveLength(20_001);
  });

  test('a stage that returns while a timer is active fails, and the timer is named', async () => {
    const { exitCode, stderr } = await stage('setInterval(() => undefined, 1000);').run();
    expect(exitCode).toBe(1);
    expect(stderr).toContain('the stage returned while something that it had started went on: Timeout');
  });
});
