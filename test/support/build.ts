import { spawnSync } from 'node:child_process';

/** The commands that tests start are the built ones. */
export default function setup(): void {
  const { status, stderr } = spawnSync('npm', ['run', '--silent', 'build'], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm run build failed:\n${stderr}`);
}
