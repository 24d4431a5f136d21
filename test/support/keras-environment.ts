import { kerasPython } from '../../scripts/keras/environment.js';

/** Before the suite that compares with Keras: so that nobody takes the installation for a test that hangs. */
export default async function setup(): Promise<void> {
  const python = await kerasPython((message) => process.stderr.write(`${message}\n`));
  if (python.ok) return;
  throw new Error(python.failure.map(({ message, advice }) => `${message}\n→ ${advice ?? ''}`).join('\n'));
}
