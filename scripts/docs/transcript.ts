import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { attribute, type Block, blocksIn } from './markdown.ts';

/** A block whose commands were run. */
export interface Recorded {
  readonly block: Block;
  /** What the block has to say: the commands, each with what it printed. */
  readonly text: string;
  /** Commands that ended with another exit code than the block says. */
  readonly faults: readonly string[];
}

/**
 * Runs the commands of a page in a project of its own, which has the package in `node_modules` and the files that the
 * page shows. `root`: the repository, absolute.
 */
export async function recordPage(root: string, page: string): Promise<readonly Recorded[]> {
  const project = realpathSync(mkdtempSync(join(tmpdir(), 'pipeline-docs-')));
  try {
    mkdirSync(join(project, 'node_modules', '.bin'), { recursive: true });
    symlinkSync(root, join(project, 'node_modules', 'pipeline'));
    symlinkSync(join(root, 'dist', 'cli.cjs'), join(project, 'node_modules', '.bin', 'pipeline'));
    const recorded: Recorded[] = [];
    const blocks = blocksIn(page);
    // The first text of each file is there from the beginning: commands may need what the page shows only further down.
    for (const block of blocks.toReversed()) {
      const file = attribute(block, 'file');
      if (file !== undefined) write(join(project, file), block.text);
    }
    for (const block of blocks) {
      const file = attribute(block, 'file');
      if (file !== undefined) write(join(project, file), block.text);
      if (block.words.includes('run')) recorded.push(await recordBlock(block, project));
    }
    return recorded;
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

async function recordBlock(block: Block, project: string): Promise<Recorded> {
  const expected = Number(attribute(block, 'exit') ?? 0);
  const faults: string[] = [];
  const lines: string[] = [];
  for (const line of block.text.split('\n').filter((each) => each.startsWith('$ '))) {
    const command = line.slice(2).replaceAll(/\bnpx pipeline\b/g, join(project, 'node_modules', '.bin', 'pipeline'));
    const { all, exitCode } = await execa('sh', ['-c', command], {
      cwd: join(project, attribute(block, 'in') ?? '.'),
      all: true,
      reject: false,
      env: { NO_COLOR: '1' },
    });
    if (exitCode !== expected) faults.push(`${line}: exit code ${exitCode} instead of ${expected}\n${all}`);
    const printed = all.replaceAll(project, '/home/you/project').replaceAll(/[ \t]+$/gm, '');
    lines.push(line, ...(printed === '' ? [] : [printed]));
  }
  return { block, text: `${lines.join('\n')}\n`, faults };
}

/** Returns a transcript without what differs from run to run and from machine to machine: times, ids, digests, versions. */
export function stable(transcript: string): string {
  return transcript
    .replaceAll(/\b\d{8}-\d{6}-[0-9a-f]{7}\b/g, 'RUN')
    .replaceAll(/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(\.\d+Z)?\b/g, 'TIME')
    .replaceAll(/\b[0-9a-f]{6,}…?/g, 'DIGEST')
    .replaceAll(/\bv?\d+\.\d+\.\d+\b/g, 'VERSION')
    .replaceAll(/\b\d+(\.\d+)? (ms|s|min|kB|MB)\b/g, 'AMOUNT')
    .replaceAll(/\b(linux|darwin)-(x64|arm64)\b/g, 'PLATFORM')
    .replaceAll(/\b(offset|byte) \d+\b/g, '$1 N')
    .replaceAll(/\b0x[0-9a-f]{2}\b/g, 'BYTE')
    .replaceAll(/ +/g, ' ');
}

/** Returns a page with its transcripts as they were recorded now, where they differ in more than times and digests. */
export function withTranscripts(page: string, recorded: readonly Recorded[]): string {
  const lines = page.split('\n');
  for (const { block, text } of recorded.toReversed()) {
    if (stable(block.text) === stable(text)) continue;
    lines.splice(block.line, block.text.split('\n').length - 1, ...text.trimEnd().split('\n'));
  }
  return lines.join('\n');
}
