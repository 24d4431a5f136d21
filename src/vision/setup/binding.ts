import { readFileSync } from 'node:fs';
import { mkdir, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { temporaryFor } from '../../shared/atomic-write.ts';
import { problem, type Result, success } from '../../shared/problem.ts';
import { lastLines, runProgram } from './programs.ts';

/** The newest Node-API that tfjs-node asks for. It looks for its addon in a folder with this number. */
const NODE_API_VERSION = '8';

/** Returns the path at which tfjs-node, in folder `tfjsNode`, looks for its addon. */
export function addonPath(tfjsNode: string): string {
  return join(tfjsNode, 'lib', `napi-v${NODE_API_VERSION}`, 'tfjs_binding.node');
}

/**
 * Puts the binding on TensorFlow's C API where tfjs-node looks for its addon: a folder, whose `index.js` Node loads as it
 * would load the compiled file. So nothing has to be compiled, and stages that import tfjs-node themselves have it too.
 *
 * @param library the directory with TensorFlow's shared libraries.
 */
export async function installBinding(tfjsNode: string, library: string): Promise<void> {
  const target = addonPath(tfjsNode);
  const temporary = temporaryFor(target);
  await mkdir(temporary, { recursive: true });
  await writeFile(join(temporary, 'index.js'), await moduleText(tfjsNode, library));
  await rm(target, { recursive: true, force: true });
  await rename(temporary, target);
}

/** Returns whether the binding is installed, for this library and the place where this package is now. */
export async function isBindingInstalled(tfjsNode: string, library: string): Promise<boolean> {
  try {
    return readFileSync(join(addonPath(tfjsNode), 'index.js'), 'utf8') === (await moduleText(tfjsNode, library));
  } catch {
    return false;
  }
}

/** The path to this package is relative, so that a project can be moved. */
async function moduleText(tfjsNode: string, library: string): Promise<string> {
  const folder = join(await realpath(dirname(addonPath(tfjsNode))), 'tfjs_binding.node');
  const binding = createRequire(import.meta.url).resolve('pipeline/tensorflow-binding');
  const path = relative(folder, await realpath(binding));
  return `// Written by \`pipeline setup\`.
module.exports = require(${JSON.stringify(path)}).createBinding(${JSON.stringify(library)});
`;
}

/**
 * Starts TensorFlow in a process of its own, to learn whether it works.
 *
 * @param library the directory that it comes from
 * @returns its version
 */
export async function tryTensorFlow(tfjsNode: string, library: string): Promise<Result<string>> {
  // tfjs-node calls two functions of node:util that Node 23 removed.
  const program = `const util = require('node:util');
    util.isNullOrUndefined ??= (value) => value == null;
    util.isArray ??= Array.isArray;
    console.log('\\n' + require(${JSON.stringify(tfjsNode)}).backend().binding.TF_Version);`;
  const { ok, output } = await runProgram(process.execPath, ['--no-deprecation', '--eval', program]);
  if (ok) return success(output.trimEnd().split('\n').at(-1) ?? '');
  return problem(`TensorFlow is installed but does not start:\n${lastLines(output)}`, {
    advice: `Delete ${library} and run \`npx pipeline setup\` again.`,
  });
}
