import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeJson, writeText } from '../../../shared/text/output.ts';
import { suggestion } from '../../plan/suggest.ts';
import { SHELLS } from '../completion/shells.ts';
import { reportProblems } from '../console.ts';
import { EXIT } from '../exit.ts';
import type { CommonOptions } from '../options.ts';

/** `pipeline completion`: prints the script for a shell. Its first line says how to install it. */
export async function completion(shell: string, options: CommonOptions): Promise<number> {
  if (!SHELLS.includes(shell)) {
    const advice = suggestion(shell, SHELLS);
    return reportProblems([{ message: `no completion script for shell "${shell}"`, advice }], options);
  }
  const script = readFileSync(join(dirname(options.engine.stageApi), 'completions', `pipeline.${shell}`), 'utf8');
  if (options.json) writeJson(process.stdout, { type: 'completion', shell, script });
  else writeText(process.stdout, script);
  return EXIT.ok;
}
