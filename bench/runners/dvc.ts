import { join } from 'node:path';
import { type Command, command } from '../command.ts';
import { commandOf, inputsOf, outputOf, paramsFileOf, programOf } from './graph.ts';
import { commonFiles, json, type Tool } from './tool.ts';

export const DVC = '3.67.1';

/** @param cacheType how results get from the cache into the project; DVC's default is `copy`. */
export function dvc(bin: string, cacheType: 'copy' | 'hardlink'): Tool {
  const type = (...args: string[]): Command => command(join(bin, 'dvc'), ...args);
  return {
    name: cacheType === 'copy' ? 'DVC' : 'DVC, hard links',
    role: 'peer',
    restores: true,
    files: (graph, params) => ({
      ...commonFiles(graph, params),
      // JSON is valid YAML.
      'dvc.yaml': json({
        stages: Object.fromEntries(
          graph.map((stage) => [
            stage.name,
            {
              cmd: commandOf(graph, stage),
              deps: [programOf(stage), ...inputsOf(graph, stage)],
              params: [{ [paramsFileOf(stage.name)]: ['value'] }],
              outs: [outputOf(graph, stage.name)],
            },
          ]),
        ),
      }),
    }),
    begin: [
      command('git', 'init', '--quiet'),
      type('init', '--quiet'),
      type('config', 'core.check_update', 'false'),
      type('config', 'cache.type', cacheType),
    ],
    run: () => type('repro'),
    restore: (graph, stage) => type('checkout', outputOf(graph, stage)),
    result: outputOf,
    // DVC stores the digests of files in the last one; see DVC_SITE_CACHE_DIR.
    kept: ['out', 'dvc.lock', '.dvc/cache', '.dvc/tmp', '.dvc-site'],
  };
}
