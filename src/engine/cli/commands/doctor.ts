import { createRequire } from 'node:module';
import { availableParallelism, totalmem } from 'node:os';
import { dirname } from 'node:path';
import { execa } from 'execa';
import { bytes, columns } from '../../../shared/text/format.ts';
import { hasGpu, readFacts } from '../../fingerprint/runtime.ts';
import { openConsole } from '../console.ts';
import { EXIT } from '../exit.ts';
import type { CommonOptions } from '../options.ts';
import { findProject } from '../project.ts';

interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  readonly advice?: string;
}

/** `pipeline doctor`: what TensorFlow, device and versions were found, and what to do about what is missing. */
export async function doctor(options: CommonOptions): Promise<number> {
  const { print, printJson, paint } = openConsole(options);
  const { root, cache } = findProject(options);
  const findings: Finding[] = [
    nodeFinding(),
    {
      name: 'machine',
      ok: true,
      found: `${process.platform}-${process.arch}, ${availableParallelism()} cores, ${bytes(totalmem())}`,
    },
    { name: 'gpu', ok: true, found: hasGpu(process.env) ? 'NVIDIA' : 'none: stages compute on the CPU' },
    ...packageFindings(root),
    await tensorFlowFinding(root),
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

function packageFindings(root: string): Finding[] {
  return ['sharp', 'apache-arrow'].map((name) => {
    const folder = packageFolder(name, root);
    const version = folder === undefined ? undefined : packageVersion(folder);
    return version === undefined
      ? { name, ok: false, found: 'not installed', advice: `Install it: npm install ${name}` }
      : { name, ok: true, found: version };
  });
}

/** Loads TensorFlow in a process of its own: a broken addon may end the process that loads it. */
async function tensorFlowFinding(root: string): Promise<Finding> {
  const name = 'tensorflow';
  const folder = packageFolder('@tensorflow/tfjs-node-gpu', root);
  if (folder === undefined) return { name, ok: false, found: 'not installed', advice: 'Run: npm run setup' };
  // tfjs-node calls two functions of node:util that are gone since Node 23.
  const script = `const util = require('node:util');
    util.isNullOrUndefined ??= (value) => value == null;
    util.isArray ??= Array.isArray;
    require(${JSON.stringify(folder)}).ready().then(() => process.exit(0));`;
  const env = { TF_CPP_MIN_LOG_LEVEL: '3' };
  const { failed, stderr } = await execa(process.execPath, ['--eval', script], { reject: false, env });
  const { tensorflow = 'its own', variant = 'cpu', library = '' } = readFacts(folder);
  if (!failed) return { name, ok: true, found: `${tensorflow} (${variant}) ${library}`.trimEnd() };
  const reason = stderr.split('\n').find((line) => line.includes('Error')) ?? stderr.split('\n')[0] ?? '';
  return { name, ok: false, found: `does not load: ${reason.trim()}`, advice: 'Set it up: npm run setup' };
}

function packageFolder(name: string, root: string): string | undefined {
  for (const from of [`${root}/`, import.meta.url]) {
    try {
      const main = createRequire(from).resolve(name);
      const parts = main.split(`/node_modules/${name}/`);
      return parts.length > 1
        ? `${parts.slice(0, -1).join(`/node_modules/${name}/`)}/node_modules/${name}`
        : dirname(main);
    } catch {
      // Perhaps it is installed beside the engine.
    }
  }
  return undefined;
}

function packageVersion(folder: string): string | undefined {
  return (createRequire(import.meta.url)(`${folder}/package.json`) as { version?: string }).version;
}
