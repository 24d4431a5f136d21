import { resolve } from 'node:path';
import { build } from '../../scripts/build.js';

/** The commands that tests start are the built ones. */
export default async function setup(): Promise<void> {
  const result = await build(resolve(import.meta.dirname, '../..'));
  if (!result.ok) throw new Error(result.failure.map(({ message }) => message).join('\n'));
}
