import { chmodSync, readdirSync, truncateSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Project, toFinished } from '../../support/project.ts';

/** A size that takes minutes to hash: the file is sparse. */
const ENDLESS = 2 ** 40;

/** Two stages that do not depend on each other: `copy` reads an endless file, and `hang` runs until its timeout. */
function project(): Project {
  const made = new Project({
    'pipeline.yaml': `stages:
  copy: { module: copy.ts, inputs: { data: ./data } }
  hang: { module: hang.ts, timeout: 0.1 }
`,
    'copy.ts': `import { cpSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  inputs: ['data'],
  outputs: ['out'],
  run({ inputs, outputs }) {
    cpSync(inputs.data, outputs.out, { recursive: true });
  },
});
`,
    'hang.ts': `import { defineStage } from 'pipeline';

export default defineStage({
  outputs: ['out'],
  async run() {
    setInterval(() => undefined, 1000);
    await new Promise(() => undefined);
  },
});
`,
    'data/small': 'small',
  });
  made.write('data/endless', '');
  truncateSync(made.path('data/endless'), ENDLESS);
  return made;
}

const DIGEST = 'a'.repeat(64);
const LOCK = `copy:
  key: ${DIGEST}
  outputs:
    out: ${DIGEST}
  code: ${DIGEST}
`;

type Line = Readonly<Record<string, unknown>>;

/** Returns the first line of JSON of a command that fulfils `wanted`. */
function lineOf(command: ReturnType<Project['start']>, wanted: (line: Line) => boolean): Promise<Line> {
  let text = '';
  return new Promise((resolve, reject) => {
    command.stdout.on('data', (part: Buffer) => {
      const lines = (text + part.toString()).split('\n');
      text = lines.pop() ?? '';
      const found = lines.map((line) => JSON.parse(line) as Line).find(wanted);
      if (found !== undefined) resolve(found);
    });
    command.stdout.once('end', () => reject(new Error('the command ended without this line')));
  });
}

/** Waits until a command has printed a text, to stdout or stderr. */
function printed(command: ReturnType<Project['start']>, wanted: RegExp): Promise<void> {
  let text = '';
  return new Promise((resolve, reject) => {
    for (const stream of [command.stdout, command.stderr]) {
      stream.on('data', (part: Buffer) => {
        text += part.toString();
        if (wanted.test(text)) resolve();
      });
    }
    command.stdout.once('end', () => reject(new Error(`the command printed something else: ${text}`)));
  });
}

const isProgress = ({ type }: Line) => type === 'content-progress';

/** Returns what is left of a run besides results. */
function leftovers(made: Project): string[] {
  const inIndex = made.exists('cache/index/live') ? made.list('cache/index/live') : [];
  const inWork = made.exists('cache/work') ? made.list('cache/work') : [];
  return [...inIndex, ...inWork];
}

describe('while a large input is hashed', () => {
  test('its progress is reported, and Ctrl-C ends the run', async () => {
    const made = project();
    const run = made.start(['run', 'copy', '--json']);
    expect(await lineOf(run, isProgress)).toMatchObject({
      stage: 'copy',
      input: 'data',
      activity: 'hashing',
      totalFiles: 2,
      totalBytes: ENDLESS + 5,
    });
    run.kill('SIGINT');
    const finished = toFinished(await run);
    expect(finished.exitCode).toBe(130);
    expect(finished.which('cancelled')).toEqual(['copy']);
    expect(leftovers(made)).toEqual([]);
  });

  test('the timeout of another stage goes on', async () => {
    const run = project().start(['run', '--keep-going', '--json']);
    const hung = await lineOf(run, ({ type, name }) => type === 'stage-finished' && name === 'hang');
    expect(hung).toMatchObject({ outcome: 'failed', failure: { kind: 'timed-out' } });
    run.kill('SIGINT');
    expect(toFinished(await run).which('cancelled')).toEqual(['copy']);
  });

  test('a log shows its progress', async () => {
    const run = project().start(['run', 'copy']);
    await printed(run, /^ {2}copy: hashing input "data" .* % .*MB.* · 1 of 2 files/m);
    run.kill('SIGINT');
    expect((await run).exitCode).toBe(130);
  });

  test.each(['status', 'run --dry-run', 'run --locked', 'verify', 'export copy copied', 'explain copy'])(
    '`%s` shows its progress, too, and ends with Ctrl-C',
    async (line) => {
      const made = project();
      made.write('pipeline.lock', LOCK);
      const command = made.start(line.split(' '));
      await printed(command, /hashing input "data"/);
      command.kill('SIGINT');
      expect((await command).exitCode).toBe(130);
      expect(leftovers(made)).toEqual([]);
      expect(made.exists('copied')).toBe(false);
    },
  );
});

describe('while a large output is hashed', () => {
  test('its progress is reported, and Ctrl-C ends the run and deletes the output', async () => {
    const made = project();
    made.edit('copy.ts', "import { cpSync } from 'node:fs';", "import { truncateSync, writeFileSync } from 'node:fs';");
    made.edit(
      'copy.ts',
      '    cpSync(inputs.data, outputs.out, { recursive: true });',
      `    writeFileSync(outputs.out, '');
    truncateSync(outputs.out, ${ENDLESS});`,
    );
    truncateSync(made.path('data/endless'), 0);
    const run = made.start(['run', 'copy', '--json']);
    expect(await lineOf(run, isProgress)).toMatchObject({ stage: 'copy', output: 'out', activity: 'hashing' });
    run.kill('SIGINT');
    const finished = toFinished(await run);
    expect(finished.exitCode).toBe(130);
    expect(finished.which('cancelled')).toEqual(['copy']);
    expect(leftovers(made)).toEqual([]);
    expect(made.exists('cache/objects')).toBe(false);
  });
});

describe('while large content in the cache is hashed', () => {
  /** Makes an object of the cache endless. */
  async function endless(): Promise<Project> {
    const made = project();
    truncateSync(made.path('data/endless'), 0);
    await made.run('copy');
    const [prefix = ''] = made.list('cache/objects');
    const [rest = ''] = made.list(`cache/objects/${prefix}`);
    const [file = ''] = readdirSync(made.path(`cache/objects/${prefix}/${rest}`));
    const path = made.path(`cache/objects/${prefix}/${rest}/${file}`);
    chmodSync(path, 0o644);
    truncateSync(path, ENDLESS);
    return made;
  }

  test('`cache verify` reports its progress, and ends with Ctrl-C', async () => {
    const made = await endless();
    // The pipeline itself no longer asks for this content.
    made.write('data/small', 'other');
    const command = made.start(['cache', 'verify', '--json']);
    await lineOf(command, ({ type }) => type === 'cache-progress');
    command.kill('SIGINT');
    const { exitCode, stdout } = await command;
    expect(exitCode).toBe(130);
    expect(stdout).toContain('"type":"cache-verified","ok":false');
  });

  test('`cache gc` does not wait for it', async () => {
    expect((await (await endless()).pipeline('cache', 'gc')).exitCode).toBe(0);
  });

  test('`status` reports its progress, and ends with Ctrl-C', async () => {
    const made = await endless();
    const command = made.start(['status']);
    await printed(command, /hashing output "out"/);
    command.kill('SIGINT');
    expect((await command).exitCode).toBe(130);
    expect(leftovers(made)).toEqual([]);
  });

  test('`export` reports its progress, and ends with Ctrl-C', async () => {
    const made = await endless();
    const command = made.start(['export', 'copy', 'copied', '--json']);
    expect(await lineOf(command, isProgress)).toMatchObject({ stage: 'copy', output: 'out', activity: 'hashing' });
    command.kill('SIGINT');
    expect((await command).exitCode).toBe(130);
    expect(made.exists('copied')).toBe(false);
  });
});
