import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { execaNode } from 'execa';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../support/dataset.ts';

const THREADS = resolve(import.meta.dirname, '../../../src/engine/fingerprint/threads.ts');

test('an interrupted process ends although a thread waits for a file system that does not answer', async () => {
  const folder = temporaryFolder();
  const [pipe = '', worker = '', program = '', begun = ''] = ['pipe', 'worker.mjs', 'program.cjs', 'begun'].map(
    (name) => join(folder, name),
  );
  // Nobody ever writes to the pipe, so that the thread is stuck in a system call, where nothing can stop it.
  execFileSync('mkfifo', [pipe]);
  writeFileSync(
    worker,
    `import { openSync, writeFileSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
parentPort.on('message', () => {
  writeFileSync(${JSON.stringify(begun)}, '');
  openSync(${JSON.stringify(pipe)});
});
`,
  );
  const main = `import { existsSync } from 'node:fs';
import { Threads } from ${JSON.stringify(THREADS)};
const controller = new AbortController();
const threads = new Threads(${JSON.stringify(worker)}, controller.signal);
const done = new BigInt64Array(new SharedArrayBuffer(16));
threads.run({ kind: 'remove', path: 'nothing' }, done).catch(({ name }) => console.log(name));
const waiting = setInterval(() => {
  if (!existsSync(${JSON.stringify(begun)})) return;
  clearInterval(waiting);
  controller.abort();
});
`;
  const stdin = { contents: main, loader: 'ts', resolveDir: folder } as const;
  await build({ stdin, bundle: true, platform: 'node', format: 'cjs', logLevel: 'silent', outfile: program });
  const { stdout, stderr, signal } = await execaNode(program, { reject: false });
  expect({ stdout, stderr, signal }).toEqual({ stdout: 'AbortError', stderr: '', signal: 'SIGINT' });
});
