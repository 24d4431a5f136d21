import { afterEach, describe, expect, test, vi } from 'vitest';
import { mainCommand } from '../../../src/engine/cli/main-command.ts';
import type { Extensions } from '../../../src/shared/extensions/extensions.ts';
import { temporaryFolder, writeFiles } from '../../support/dataset.ts';

const listeners = process.stdout.listeners('error');

afterEach(() => {
  vi.restoreAllMocks();
  for (const listener of process.stdout.listeners('error'))
    if (!listeners.includes(listener)) process.stdout.off('error', listener as () => void);
  process.exitCode = undefined;
});

/** Extensions whose doctor check fails. */
const extensions: Extensions = {
  runtimeFacts: [],
  viewers: async () => [],
  valueReaders: async () => [],
  reportSources: async () => [],
  doctorChecks: async () => [{ run: async () => [{ name: 'oven', ok: false, found: 'cold' }] }],
  setupSteps: async () => [],
};

function builtFolder(): string {
  const folder = temporaryFolder();
  writeFiles(folder, { 'stage-host.js': '' });
  return folder;
}

describe('the main command', () => {
  test('the main command passes the extensions to the command, and the exit code to the process', async () => {
    const written: unknown[] = [];
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(text) > 0);
    await mainCommand(['doctor', '--no-color'], { folder: builtFolder(), build: 'b', extensions });
    const exitCode = process.exitCode;
    process.exitCode = undefined;
    vi.restoreAllMocks();
    expect(exitCode).toBe(2);
    expect(written.join('')).toContain('✗  oven     cold');
  });

  test('a missing file of the package is named', async () => {
    const folder = temporaryFolder();
    await expect(mainCommand(['doctor'], { folder, build: 'b', extensions })).rejects.toThrow(
      `the file ${folder}/stage-host.js of this package is missing. Reinstall the package: npm install`,
    );
  });

  test('the exit code of the command stays when the reader of the output closes the pipe', async () => {
    vi.spyOn(process.stdout, 'write').mockImplementation(() => {
      process.stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      return true;
    });
    await mainCommand(['doctor', '--no-color'], { folder: builtFolder(), build: 'b', extensions });
    const exitCode = process.exitCode;
    process.exitCode = undefined;
    expect(exitCode).toBe(2);
  });
});
