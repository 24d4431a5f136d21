import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { describe, expect, test } from 'vitest';
import { Recording } from '../../scripts/pictures/recording.js';
import { terminalSvg } from '../../scripts/pictures/terminal-svg.js';
import { recolour, THEMES } from '../../scripts/pictures/themes.js';

const words = { columns: 20, rows: 2, title: 'demo', description: 'a < b' };
const plain = { colour: -1, bold: false, dim: false };

// `script` of util-linux; that of macOS has other options.
const hasScript = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') === true;

test.runIf(hasScript)('a recording has what a command draws on a terminal, in its colours', async () => {
  const recording = new Recording(20, 2);
  await recording.enter("printf '\\033[32m\\342\\234\\224\\033[39m done'", { cwd: tmpdir() });
  const first = recording.frames[0]?.lines[0]?.map(({ text }) => text);
  expect(first).toEqual(['$', ' pri']);
  expect(recording.frames.at(-1)?.lines[1]).toEqual([
    { ...plain, column: 0, text: '✔', colour: 2 },
    { ...plain, column: 1, text: ' done' },
  ]);
});

test.runIf(hasScript)('a recording of a command that fails is an error', async () => {
  const recording = new Recording(20, 2);
  await expect(recording.enter('exit 3', { cwd: tmpdir() })).rejects.toThrow('"exit 3" ended with exit code 3');
});

describe('the SVG of a recording', () => {
  const line = [{ ...plain, column: 2, text: 'a<b' }];
  const bar = [{ ...plain, column: 0, text: '██░ 66 %', colour: 2 }];
  const frames = [
    { lines: [line, []], seconds: 1 },
    { lines: [line, bar], seconds: 3 },
  ];
  const svg = terminalSvg(frames, words, THEMES.dark);

  test('defines each line once, and uses it in each frame', () => {
    expect(svg.match(/a&lt;b/g)).toHaveLength(1);
    expect(svg.match(/<use href="#l0"/g)).toHaveLength(2);
  });

  test('plays each frame as long as it was shown, and rests at the last one where nothing moves', () => {
    expect(svg).toContain(
      '@keyframes film{0.000%{transform:translateY(0px)}25.000%{transform:translateY(-38px)}}\n.film{animation:film 4.0s',
    );
    expect(svg).toContain('<g class="film" transform="translate(0 -38)">');
  });

  test('draws bars as rectangles, so that they have no gaps', () => {
    expect(svg).toContain('<rect class="bar c2" x="0" y="4" width="16.8" height="11"/>');
    expect(svg).toContain('<rect class="bar c2" x="16.8" y="4" width="8.4" height="11" opacity="0.2"/>');
    expect(svg).not.toMatch(/[█░]/);
  });
});

test('a graph in dark has the colours of the theme, its words too', () => {
  const svg =
    '<?xml version="1.0"?>\n<svg><polygon fill="#e6f4ea"/><text x="1">a</text><text fill="#5f6368">b</text></svg>';
  expect(recolour(svg, THEMES.dark)).toBe(
    '<svg><polygon fill="#12261a"/><text fill="#e6edf3" x="1">a</text><text fill="#9da7b1">b</text></svg>',
  );
});
