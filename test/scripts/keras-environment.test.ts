import { join } from 'node:path';
import { expect, test } from 'vitest';
import { kerasPython } from '../../scripts/keras/environment.js';
import { Machine } from '../support/machine.ts';

/** Returns a fake Python that creates environments whose pip runs the shell command `pip`. */
const python = (pip: string) => `
case "$*" in
  -c*) echo cpython-313 ;;
  *venv*)
    for directory; do :; done
    mkdir -p "$directory/bin"
    printf '#!/bin/sh\\n${pip}\\n' > "$directory/bin/python"
    chmod +x "$directory/bin/python" ;;
esac`;

test('the environment with Keras is created once and shared by all clones', async () => {
  const machine = new Machine();
  machine.install('python3', python('exit 0'));
  const told: string[] = [];
  const first = await kerasPython((message) => told.push(message));
  const [name = ''] = machine.list('cache/pipeline');
  expect(name).toMatch(/^keras-[0-9a-f]{12}-cpython-313$/);
  expect(first).toEqual({ ok: true, value: join(machine.path('cache/pipeline'), name, 'bin/python') });
  expect(told).toHaveLength(1);

  expect(await kerasPython((message) => told.push(message))).toEqual(first);
  expect(told).toHaveLength(1);
});

test('when pip fails, its output is reported and no incomplete environment remains', async () => {
  const machine = new Machine();
  machine.install('python3', python('echo no matching distribution; exit 1'));
  expect(await kerasPython(() => undefined)).toEqual({
    ok: false,
    failure: [
      {
        message: expect.stringMatching(
          /^cannot install the packages of .*keras\/requirements\.txt: no matching distribution$/,
        ),
        advice: expect.stringContaining('Python 3.11 to 3.13'),
      },
    ],
  });
  expect(machine.list('cache/pipeline')).toEqual([]);
});
