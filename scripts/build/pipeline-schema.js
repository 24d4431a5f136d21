import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { success } from '../setup/result.js';

/** @import { Result } from '../../src/shared/problem.ts' */

/**
 * Writes the JSON Schema of pipeline.yaml, with which editors validate and complete it.
 *
 * @param {string} root
 * @returns {Promise<Result<void>>}
 */
export async function writePipelineSchema(root) {
  const esbuild = await import('esbuild');
  const { outputFiles } = await esbuild.build({
    entryPoints: [join(root, 'src/engine/plan/pipeline-schema.ts')],
    bundle: true,
    format: 'esm',
    write: false,
  });
  const code = encodeURIComponent(outputFiles[0]?.text ?? '');
  const { pipelineSchema } = await import(`data:text/javascript,${code}`);
  await writeFile(join(root, 'dist', 'pipeline.schema.json'), `${JSON.stringify(pipelineSchema, null, 2)}\n`);
  return success(undefined);
}
