import { expect, onTestFinished, test } from 'vitest';
import { Gate } from '../../support/gate.ts';
import type { Project, StageJson } from '../../support/project.ts';
import { gated, toy } from './toy-pipeline.ts';

type Line = Readonly<Record<string, unknown>>;

/** A `pipeline run --watch` in progress, of which a test reads what it prints. */
class Watching {
  readonly #command: ReturnType<Project['start']>;
  readonly #lines: AsyncIterator<unknown>;

  constructor(project: Project, args: readonly string[] = [], environment: Readonly<Record<string, string>> = {}) {
    this.#command = project.start(['run', '--watch', '--json', ...args], environment);
    this.#lines = this.#command[Symbol.asyncIterator]();
    onTestFinished(() => void this.#command.kill('SIGKILL'));
  }

  /** Returns the next line of a type. */
  async next(type: string): Promise<Line> {
    for (;;) {
      const { done, value } = await this.#lines.next();
      if (done === true) throw new Error(`the command ended before a line of type ${type}`);
      const line = JSON.parse(String(value)) as Line;
      if (line['type'] === type) return line;
    }
  }

  /** Returns the stages of the next run that ran, once the command waits for changes again. */
  async nextRun(): Promise<readonly string[]> {
    const { stages } = await this.next('run-finished');
    await this.next('watching');
    return (stages as readonly StageJson[]).filter(({ outcome }) => outcome === 'ran').map(({ name }) => name);
  }

  /** Presses Ctrl-C, and returns the exit code. */
  async interrupt(): Promise<number | undefined> {
    this.#command.kill('SIGINT');
    return (await this.#command).exitCode;
  }
}

test('run --watch runs again what depends on a changed param, module or input', async () => {
  const project = toy();
  const watching = new Watching(project);
  expect(await watching.nextRun()).toEqual(['read', 'shout', 'count', 'join']);
  project.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye');
  expect(await watching.next('changed')).toEqual({ type: 'changed', paths: ['pipeline.yaml'] });
  expect(await watching.nextRun()).toEqual(['shout', 'join']);
  project.edit('lib/upper.ts', 'text.toUpperCase()', "text.toUpperCase() + '!'");
  expect(await watching.next('changed')).toEqual({ type: 'changed', paths: ['lib/upper.ts'] });
  expect(await watching.nextRun()).toEqual(['shout', 'join']);
  project.write('data/a.txt', 'one two three\n');
  expect(await watching.next('changed')).toEqual({ type: 'changed', paths: ['data'] });
  expect(await watching.nextRun()).toEqual(['read', 'shout', 'count', 'join']);
  project.write('data/deep/c.txt', 'no text of the pipeline');
  expect(await watching.next('changed')).toEqual({ type: 'changed', paths: ['data'] });
  await watching.next('run-finished');
  expect(await watching.interrupt()).toBe(130);
});

test('run --watch runs once for files that are saved together, and not for a file on which nothing depends', async () => {
  const project = toy();
  const watching = new Watching(project);
  await watching.nextRun();
  project.write('README.md', 'new');
  project.write('lib/unused.ts', 'export {};\n');
  project.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye');
  project.edit('stages/count.ts', '.length', '.length + 1');
  expect(await watching.next('changed')).toEqual({ type: 'changed', paths: ['pipeline.yaml', 'stages/count.ts'] });
  expect(await watching.nextRun()).toEqual(['shout', 'count', 'join']);
});

test('run --watch goes on after an invalid pipeline file, a module that is missing, and a failed stage', async () => {
  const project = toy();
  const text = project.read('pipeline.yaml');
  project.write('pipeline.yaml', 'stages: [');
  const watching = new Watching(project);
  expect(await watching.nextRun()).toEqual([]);
  project.write('pipeline.yaml', text);
  expect(await watching.nextRun()).toEqual(['read', 'shout', 'count', 'join']);

  project.write(
    'stages/count.ts',
    project
      .read('stages/count.ts')
      .replace("from 'pipeline';", "from 'pipeline';\nimport { one } from '../new/one.ts';")
      .replace('.length', '.length + one'),
  );
  expect(await watching.next('problem')).toMatchObject({ file: expect.stringMatching(/stages\/count\.ts$/) });
  expect(await watching.nextRun()).toEqual([]);
  project.write('new/one.ts', 'export const one = 1;\n');
  expect(await watching.nextRun()).toEqual(['count', 'join']);

  project.edit('stages/count.ts', 'metrics({ words });', "throw new Error('no');");
  expect(await watching.nextRun()).toEqual([]);
  project.edit('stages/count.ts', "throw new Error('no');", 'metrics({ words: words - 1 });');
  expect(await watching.nextRun()).toEqual(['count']);
});

test('run --watch waits for an input that is missing', async () => {
  const project = toy();
  project.remove('data');
  const watching = new Watching(project);
  expect(await watching.next('problem')).toMatchObject({ message: expect.stringContaining('does not exist: ./data') });
  expect(await watching.nextRun()).toEqual([]);
  project.write('data/a.txt', 'one\n');
  expect(await watching.nextRun()).toEqual(['read', 'shout', 'count', 'join']);
});

test('a change during a run counts when the run has ended, and Ctrl-C ends the run', async () => {
  const gate = await Gate.open();
  const project = gated();
  const watching = new Watching(project, ['--jobs', '1'], { GATE: gate.address });
  const first = await gate.next();
  project.edit('pipeline.yaml', 'params: { name: c }', 'params: { name: other }');
  first.finish();
  (await gate.next()).finish();
  const last = await gate.next();
  expect(last.name).toBe('c');
  last.finish();
  expect(await watching.next('changed')).toEqual({ type: 'changed', paths: ['pipeline.yaml'] });
  expect((await gate.next()).name).toBe('other');
  expect(await watching.interrupt()).toBe(130);
});

test('--force counts for the first run only', async () => {
  const project = toy();
  await project.run();
  const watching = new Watching(project, ['--force']);
  expect(await watching.nextRun()).toEqual(['read', 'shout', 'count', 'join']);
  project.edit('pipeline.yaml', 'greeting: hello', 'greeting: bye');
  expect(await watching.nextRun()).toEqual(['shout', 'join']);
});
