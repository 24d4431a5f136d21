import { execa } from 'execa';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { CLI, Project } from '../../support/project.ts';
import { Terminal } from '../../support/terminal.ts';

const SIZE = { columns: 60, rows: 16 };
const [KITTY_QUESTION, LAST_QUESTION] = ['\u001B_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\u001B\\', '\u001B[c'];
const [KITTY, ITERM2, DONE] = ['\u001B_Gi=31;OK\u001B\\', '\u001BP>|iTerm2 3.5.0\u001B\\', '\u001B[?62;4c'];

/** How a picture begins, in each protocol. */
const PICTURES = ['\u001B_Ga=T', '\u001B]1337;File='];

/** A stage that writes two PNG files. */
async function painted(): Promise<Project> {
  const red = await sharp({ create: { width: 4, height: 4, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  const project = new Project({
    'pipeline.yaml': 'stages:\n  paint: { module: stages/paint.ts }\n',
    'stages/paint.ts': `import { mkdirSync, writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  outputs: ['dots'],
  run({ outputs }) {
    mkdirSync(outputs.dots);
    for (const name of ['a', 'b']) {
      writeFileSync(outputs.dots + '/' + name + '.png', Buffer.from('${red.toString('base64')}', 'base64'));
    }
  },
});
`,
  });
  await project.run();
  return project;
}

/** Inspects the images in a terminal that answers to the questions of the command. */
async function inspectIn(answers: string, ...args: readonly string[]): Promise<string> {
  const answerTo = (output: string) => (output.includes(LAST_QUESTION) ? answers : '');
  const terminal = new Terminal(await painted(), ['inspect', 'paint', ...args], SIZE, {}, answerTo);
  expect(await terminal.ended()).toBe(0);
  return terminal.received;
}

describe('pipeline inspect of images in a terminal', () => {
  test('shows a contact sheet by the protocol of Kitty, in parts that Kitty takes, and no wider than the window', async () => {
    const received = await inspectIn(KITTY + DONE);
    // The first part is the question.
    const parts = received
      .split('\u001B_G')
      .slice(2)
      .map((part) => part.split('\u001B\\', 1)[0]?.split(';') ?? []);
    expect(parts[0]?.[0]).toMatch(/^a=T,f=100,q=2,c=60,m=[01]$/);
    expect(parts.map(([control]) => control?.at(-1))).toEqual([...parts.slice(1).map(() => '1'), '0']);
    for (const [, payload = ''] of parts) expect(payload.length).toBeLessThanOrEqual(4096);
    const png = Buffer.from(parts.map(([, payload]) => payload).join(''), 'base64');
    expect((await sharp(png).metadata()).format).toBe('png');
    expect(received.slice(received.lastIndexOf('\u001B\\'))).toContain('--png sheet.png');
  });

  test('shows it by the protocol of iTerm2 if the terminal says that it is one', async () => {
    const received = await inspectIn(ITERM2 + DONE);
    const sequence = received.split('\u001B]1337;File=')[1]?.split('\u0007', 1)[0] ?? '';
    const [, size, base64 = ''] = /^inline=1;size=(\d+);width=60;preserveAspectRatio=1:(.+)$/.exec(sequence) ?? [];
    const png = Buffer.from(base64, 'base64');
    expect(png).toHaveLength(Number(size));
    expect((await sharp(png).metadata()).format).toBe('png');
  });

  test('shows none in a terminal that answers that it cannot', async () => {
    const received = await inspectIn(DONE);
    expect(received).toContain(KITTY_QUESTION);
    for (const picture of PICTURES) expect(received).not.toContain(picture);
    expect(received).toContain('2 images');
  });

  test('asks nothing with --no-pictures or --json, and where the output is no terminal', async () => {
    expect(await inspectIn(KITTY + DONE, '--no-pictures')).not.toContain('\u001B_G');
    expect(await inspectIn(KITTY + DONE, '--json')).not.toContain('\u001B_G');
    expect((await (await painted()).pipeline('inspect', 'paint')).stdout).not.toContain('\u001B');
  });

  test('asks nothing as a background job, which reading from the terminal would stop', async () => {
    const project = await painted();
    project.write('job.sh', `set -m\n${process.execPath} ${CLI} inspect paint &\nwait $!\necho "exit code $?"\n`);
    const { stdout } = await execa('script', ['--quiet', '--return', '--command', 'bash job.sh', '/dev/null'], {
      cwd: project.directory,
      env: { TERM: 'xterm-256color' },
      stdin: 'ignore',
    });
    expect(stdout).toContain('exit code 0');
    expect(stdout).not.toContain(KITTY_QUESTION);
  });

  test('Ctrl-C ends it while it waits for the answer', async () => {
    const terminal = new Terminal(await painted(), ['inspect', 'paint'], SIZE, {}, (output) =>
      output.includes(LAST_QUESTION) ? '\u0003' : '',
    );
    expect(await terminal.ended()).toBe(130);
    for (const picture of PICTURES) expect(terminal.received).not.toContain(picture);
  });
});
