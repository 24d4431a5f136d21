import { join } from 'node:path';
import { command } from '../command.ts';
import { commandOf, outputOf, paramsFileOf, programOf, targetsOf } from './graph.ts';
import { commonFiles, json, type Tool } from './tool.ts';

export const TURBOREPO = '2.11.11';

/** @param packages the node_modules in which it is installed. */
export function turborepo(packages: string): Tool {
  const run = (...tasks: string[]) => command(join(packages, '.bin', 'turbo'), 'run', ...tasks);
  return {
    name: 'Turborepo',
    role: 'peer',
    restores: true,
    files: (graph, params) => ({
      ...commonFiles(graph, params),
      'package.json': json({
        name: 'bench',
        private: true,
        packageManager: 'npm@10.8.2',
        scripts: Object.fromEntries(graph.map((stage) => [stage.name, commandOf(graph, stage)])),
      }),
      'turbo.json': json({
        tasks: Object.fromEntries(
          graph.map((stage) => [
            stage.name,
            {
              dependsOn: stage.reads,
              inputs: [programOf(stage), paramsFileOf(stage.name), ...sourceGlobs(stage.source)],
              outputs: [stage.work === 'many-files' ? `out/${stage.name}/**` : outputOf(graph, stage.name)],
            },
          ]),
        ),
      }),
      '.gitignore': 'node_modules\nout\n.turbo\ndata\n',
    }),
    links: { node_modules: packages },
    begin: [command('git', 'init', '--quiet')],
    run: (graph) => run(...targetsOf(graph).map(({ name }) => name)),
    restore: (_graph, stage) => run(stage),
    result: outputOf,
    kept: ['out', '.turbo'],
  };
}

/** Returns the glob of a source: directories need one. */
export function sourceGlobs(source: string | undefined): readonly string[] {
  if (source === undefined) return [];
  return [source.includes('.') ? source : `${source}/**`];
}
