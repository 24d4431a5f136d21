import { availableParallelism, totalmem } from 'node:os';
import type { Finding } from '../../../shared/extensions/doctor-check.ts';
import { bytes, columns } from '../../../shared/text/format.ts';
import { hasGpu } from '../../execute/gpus.ts';
import { openConsole } from '../console.ts';
import { EXIT } from '../exit.ts';
import type { CommonOptions } from '../options.ts';
import { findProject } from '../project.ts';

/** `pipeline doctor`: checks this machine and its installation, and says how to fix what is missing. */
export async function doctor(options: CommonOptions): Promise<number> {
  const { print, printJson, paint } = openConsole(options);
  const { root, cache } = findProject(options);
  const checks = await options.engine.extensions.doctorChecks();
  const registered = await Promise.all(checks.map((check) => check.run(root)));
  const findings: Finding[] = [
    nodeFinding(),
    {
      name: 'machine',
      ok: true,
      found: `${process.platform}-${process.arch}, ${availableParallelism()} cores, ${bytes(totalmem())}`,
    },
    { name: 'gpu', ok: true, found: hasGpu(process.env) ? 'NVIDIA' : 'none: stages compute on the CPU' },
    ...registered.flat(),
    { name: 'cache', ok: true, found: cache },
  ];
  printJson({ type: 'doctor', ok: findings.every(({ ok }) => ok), findings });
  print(columns(findings.map(({ name, ok, found }) => [ok ? paint('green', '✓') : paint('red', '✗'), name, found])));
  for (const { advice } of findings) if (advice !== undefined) print(`${paint('cyan', '→')} ${advice}`);
  return findings.every(({ ok }) => ok) ? EXIT.ok : EXIT.badInput;
}

function nodeFinding(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return { name: 'node', ok, found: process.version, ...(!ok && { advice: 'Install Node 20.19 or newer.' }) };
}
