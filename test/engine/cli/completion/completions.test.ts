import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../../../src/engine/cli/commands.ts';
import { complete, type Whereabouts } from '../../../../src/engine/cli/completion/completions.ts';
import type { PipelineNames } from '../../../../src/engine/cli/pipeline-names.ts';

const NAMES: PipelineNames = {
  stages: [
    { name: 'ingest', description: 'Reads the labels.', outputs: () => ['images', 'samples'], params: () => [] },
    {
      name: 'train',
      outputs: () => ['model'],
      params: () => [
        { name: 'epochs', description: 'How often.' },
        { name: 'optimizer', choices: ['adam', 'sgd'] },
      ],
    },
    { name: 'train-2', outputs: () => ['model'], params: () => [{ name: 'epochs' }] },
  ],
  params: [{ name: 'seed' }, { name: 'shuffle', choices: ['true', 'false'] }],
  profiles: ['quick', 'full'],
  runs: () => ['20260102-b', '20260101-a'],
};

/** What may stand where the command line ends. Its words are parted by spaces. */
function at(line: string): readonly string[] {
  const { candidates, paths } = complete(COMMANDS, line.split(' ').slice(1), () => NAMES);
  return [...candidates.map(({ value }) => value), ...(paths ? [`:${paths}`] : [])];
}

describe('commands', () => {
  test('come first, those for programs left out', () => {
    const names = COMMANDS.filter(({ hidden }) => !hidden).map(({ name }) => name.split(' ')[0]);
    expect(at('pipeline ')).toEqual([...new Set(names), '--help']);
    expect(at('pipeline ')).not.toContain('complete');
  });

  test('that begin so', () => {
    expect(at('pipeline exp')).toEqual(['explain', 'export']);
    expect(at('pipeline walk')).toEqual([]);
    expect(at('pipeline walk ')).toEqual([]);
  });

  test('in a group follow its name', () => {
    for (const { name } of COMMANDS.filter((command) => command.name.includes(' '))) {
      const [group = '', inner = ''] = name.split(' ');
      expect(at('pipeline ')).toContain(group);
      expect(at(`pipeline ${group} `)).toContain(inner);
    }
  });
});

test('runs are offered by their ids, newest first, and as the latest', () => {
  expect(at('pipeline diff ').slice(0, 4)).toEqual(['latest', 'latest~1', '20260102-b', '20260101-a']);
  expect(at('pipeline diff 20260101-a 2026')).toEqual(['20260102-b']);
});

describe('options', () => {
  test('are those of the command, then those of all, each with its description', () => {
    const options = at('pipeline graph --');
    expect(options).toEqual(['--format', '--file', '--cache', '--set', '--profile', '--json', '--no-color', '--help']);
    const { candidates } = complete(COMMANDS, ['graph', '--fo'], () => NAMES);
    expect(candidates).toEqual([{ value: '--format', description: 'mermaid, dot, svg or json' }]);
  });

  test('are offered once, unless they may be repeated', () => {
    expect(at('pipeline run --force --f')).toEqual(['--from', '--file']);
    expect(at('pipeline run --file=x -f')).toEqual([]);
    expect(at('pipeline run --set a=1 --se')).toEqual(['--set']);
  });

  test('come by themselves where a command takes nothing more', () => {
    expect(at('pipeline status ')).toContain('--json');
    expect(at('pipeline inspect train ')).toContain('--json');
    expect(at('pipeline run ')).not.toContain('--json');
  });

  test('are none after «--»', () => {
    expect(at('pipeline run -- --')).toEqual([]);
    expect(at('pipeline run -- tr')).toEqual(['train', 'train-2']);
  });
});

describe('names from the pipeline', () => {
  test('stages where a stage is meant, with their descriptions', () => {
    expect(at('pipeline run ')).toEqual(['ingest', 'train', 'train-2']);
    expect(at('pipeline explain tr')).toEqual(['train', 'train-2']);
    expect(at('pipeline run --from ')).toEqual(['ingest', 'train', 'train-2']);
    const { candidates } = complete(COMMANDS, ['run', 'in'], () => NAMES);
    expect(candidates).toEqual([{ value: 'ingest', description: 'Reads the labels.' }]);
  });

  test('a stage is not named twice', () => {
    expect(at('pipeline run train --json ')).toEqual(['ingest', 'train-2']);
  });

  test('stages and their outputs where a result is meant', () => {
    expect(at('pipeline inspect i')).toEqual(['ingest', 'ingest.images', 'ingest.samples']);
    expect(at('pipeline export train.')).toEqual(['train.model']);
  });

  test('profiles, after a space or «=»', () => {
    expect(at('pipeline run --profile ')).toEqual(['quick', 'full']);
    expect(at('pipeline run --profile=q')).toEqual(['--profile=quick']);
  });

  test('keys for --set: shared params, or a stage and then its params', () => {
    expect(at('pipeline run --set ')).toEqual(['seed=', 'shuffle=', 'ingest.', 'train.', 'train-2.']);
    expect(at('pipeline run --set train.')).toEqual(['train.epochs=', 'train.optimizer=']);
    expect(at('pipeline run --set train-2.')).toEqual(['train-2.epochs=']);
    expect(at('pipeline run --set=train.e')).toEqual(['--set=train.epochs=']);
  });

  test('the stages of a matrix where a stage is meant, and not for --set, which is for all of them', () => {
    const sweep = ['sweep', 'sweep@seed=1'].map((name) => ({ name, outputs: () => [], params: () => [] }));
    const values = (...words: string[]) =>
      complete(COMMANDS, words, () => ({ stages: sweep, params: [], profiles: [], runs: () => [] })).candidates.map(
        ({ value }) => value,
      );
    expect(values('explain', 'sw')).toEqual(['sweep', 'sweep@seed=1']);
    expect(values('run', '--set', 'sw')).toEqual(['sweep.']);
  });

  test('values for --set where they are few', () => {
    expect(at('pipeline run --set train.optimizer=')).toEqual(['train.optimizer=adam', 'train.optimizer=sgd']);
    expect(at('pipeline run --set shuffle=t')).toEqual(['shuffle=true']);
    expect(at('pipeline run --set seed=')).toEqual([]);
  });

  test('are read from the file and the cache that the words name', () => {
    const asked: Whereabouts[] = [];
    const ask = (words: string) =>
      complete(COMMANDS, words.split(' '), (where) => {
        asked.push(where);
        return NAMES;
      });
    ask('run ');
    ask('run -f other.yaml --cache=/c ');
    ask('run --file a.yaml --file=b.yaml tr');
    expect(asked).toEqual([{}, { file: 'other.yaml', cache: '/c' }, { file: 'b.yaml' }]);
  });

  test('are not read where none can stand', () => {
    const never = () => expect.unreachable();
    for (const line of ['', 'ru', 'run --', 'run --fro', 'graph --format ', 'run -f ', 'export train ', 'completion '])
      complete(COMMANDS, line.split(' '), never);
  });
});

describe('other values', () => {
  test('of a fixed set', () => {
    expect(at('pipeline graph --format ')).toEqual(['mermaid', 'dot', 'svg', 'json']);
    expect(at('pipeline completion ')).toEqual(['bash', 'zsh', 'fish']);
  });

  test('paths are left to the shell', () => {
    expect(at('pipeline run -f ')).toEqual([':files']);
    expect(at('pipeline run --file=da')).toEqual([':files']);
    expect(at('pipeline run --cache ')).toEqual([':directories']);
    expect(at('pipeline export train ')).toEqual([':directories']);
  });

  test('unknown ones are none', () => {
    expect(at('pipeline run --jobs ')).toEqual([]);
    expect(at('pipeline run --unknown=')).toEqual([]);
  });
});
