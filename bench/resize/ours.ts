import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { resizeToShards } from '../../src/vision/data/shards/resize-to-shards.ts';

/**
 * Resizes in a separate process, as the stage does: `ours.js FOLDER OUT SIZE` prints elapsed seconds, CPU seconds and
 * peak memory in megabytes as JSON.
 */
const [folder = '', out = '', size = ''] = process.argv.slice(2);
const started = performance.now();
const before = process.cpuUsage();
const made = await resizeToShards(join(out, 'shards'), {
  root: folder,
  files: readdirSync(folder),
  size: Number(size),
  fit: 'fill',
  interpolation: 'antialiased',
  imagesPerShard: 2048,
  batch: 32,
  work: join(out, 'work'),
  signal: new AbortController().signal,
  onProgress: () => undefined,
});
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(before);
if (!made.ok) throw new Error(JSON.stringify(made.failure));
rmSync(out, { recursive: true });
process.stdout.write(
  JSON.stringify({ seconds, cpu: (user + system) / 1e6, megabytes: process.resourceUsage().maxRSS / 1024 }),
);
