import { join } from 'node:path';
import { type Command, command } from '../command.ts';
import { commandOf, outputOf, paramsFileOf, programOf, targetsOf } from './graph.ts';
import { commonFiles, json, type Tool } from './tool.ts';
import { sourceGlobs } from './turborepo.ts';

export const WIREIT = '0.14.13';

/** @param by how it is started: by npm, as users do, or directly, to measure its own share. */
export function wireit(packages: string, by: 'npm' | 'itself'): Tool {
  const run: (script: string) => Command = by === 'npm' ? byNpm : (script) => byItself(packages, script);
  return {
    name: by === 'npm' ? 'wireit' : 'wireit, without npm',
    role: 'peer',
    restores: true,
    files: (graph, params) => ({
      ...commonFiles(graph, params),
      'package.json': json({
        name: 'bench',
        private: true,
        scripts: Object.fromEntries(['all', ...graph.map(({ name }) => name)].map((name) => [name, 'wireit'])),
        wireit: {
          all: { dependencies: targetsOf(graph).map(({ name }) => name) },
          ...Object.fromEntries(
            graph.map((stage) => [
              stage.name,
              {
                command: commandOf(graph, stage),
                files: [programOf(stage), paramsFileOf(stage.name), ...sourceGlobs(stage.source)],
                output: [stage.work === 'many-files' ? `out/${stage.name}/**` : outputOf(graph, stage.name)],
                dependencies: stage.reads,
              },
            ]),
          ),
        },
      }),
    }),
    links: { node_modules: packages },
    begin: [],
    run: () => run('all'),
    restore: (_graph, stage) => run(stage),
    result: outputOf,
    kept: ['out', '.wireit'],
  };
}

function byNpm(script: string): Command {
  return command('npm', 'run', script);
}

function byItself(packages: string, script: string): Command {
  const started = command(process.execPath, join(packages, 'wireit', 'bin', 'wireit.js'));
  return { ...started, environment: { npm_lifecycle_event: script, npm_config_user_agent: 'npm/10.8.2' } };
}
