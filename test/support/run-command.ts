import { vi } from 'vitest';
import type { CommonOptions } from '../../src/engine/cli/options.ts';
import type { Extensions } from '../../src/shared/extensions/extensions.ts';
import { ENGINE } from './session.ts';

/**
 * Runs a command in this process, with only these extensions registered, on the project in the folder `/project`, which
 * does not exist.
 */
export async function runCommand(
  command: (options: CommonOptions) => Promise<number>,
  json: boolean,
  extensions: Partial<Extensions>,
): Promise<{ readonly exitCode: number; readonly stdout: string; readonly stderr: string }> {
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += text;
      return true;
    });
  }
  const engine = { ...ENGINE, extensions: { ...ENGINE.extensions, ...extensions } };
  try {
    const exitCode = await command({ file: '/project/pipeline.yaml', json, color: false, set: [], engine });
    return { exitCode, ...written };
  } finally {
    vi.restoreAllMocks();
  }
}
