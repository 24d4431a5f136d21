import { resolve } from 'node:path';
import { build } from '../../scripts/build.js';

/** Builds the command, since tests run the built one. */
export default async function setup(): Promise<void> {
  const result = await build(resolve(import.meta.dirname, '../..'));
  if (!result.ok) throw new Error(result.failure.map(({ message }) => message).join('\n'));
}
