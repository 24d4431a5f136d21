import { kerasPython } from '../../scripts/keras/environment.js';

/** Installs Keras before its suite, with a progress message, so that the installation does not look like a hang. */
export default async function setup(): Promise<void> {
  const python = await kerasPython((message) => process.stderr.write(`${message}\n`));
  if (python.ok) return;
  throw new Error(python.failure.map(({ message, advice }) => `${message}\n→ ${advice ?? ''}`).join('\n'));
}
