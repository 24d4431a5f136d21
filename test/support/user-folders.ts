import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives the tests a user of their own: the memory and the key of whoever runs them stay as they are. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'pipeline-test-user-'));
  process.env['XDG_CACHE_HOME'] = join(folder, 'cache');
  process.env['XDG_STATE_HOME'] = join(folder, 'state');
  return () => rmSync(folder, { recursive: true, force: true });
}
