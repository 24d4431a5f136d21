import { describe, expect, test } from 'vitest';
import { COMMANDS } from '../../../../src/engine/cli/commands.ts';
import { complete, type ProjectLocation } from '../../../../src/engine/cli/completion/completions.ts';
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

/** Returns the completions at the end of a command line, whose words are separated by spaces. */
function at(line: string): readonly string[] {
  const { candidates, paths } = complete(COMMANDS, line.split(' ').slice(1), () => NAMES);
  return [...candidates.map(({ value }) => value), ...(paths ? [`:${paths}`] : [])];
}

describe('completion of commands', () => {
  test('the first word is completed to the commands, without hidden ones', () => {
    const names = COMMANDS.filter(({ hidden }) => !hidden).map(({ name }) => name.split(' ')[0]);
    expect(at('pipeline ')).toEqual([...new Set(names), '--help']);
    expect(at('pipeline ')).not.toContain('complete');
  });

  test('commands that start with the word are offered', () => {
    expect(at('pipeline exp')).toEqual(['explain', 'export', 'export-workflow']);
    expect(at('pipeline walk')).toEqual([]);
    expect(at('pipeline walk ')).toEqual([]);
  });

  test('the commands of a group are offered after its name', () => {
    for (const { name } of COMMANDS.filter((command) => command.name.includes(' '))) {
      const [group = '', inner = ''] = name.split(' ');
      expect(at('pipeline ')).toContain(group);
      expect(at(`pipeline ${group} `)).toContain(inner);
    }
  });
});

test('runs are completed to latest and their ids, newest first', () => {
  expect(at('pipeline diff ').slice(0, 4)).toEqual(['latest', 'latest~1', '20260102-b', '20260101-a']);
  expect(at('pipeline diff 20260101-a 2026')).toEqual(['20260102-b']);
});

describe('completion of options', () => {
  test('the options of the command are offered before the common ones, each with its description', () => {
    const options = at('pipeline graph --');
    expect(options).toEqual([
      '--format',
      '--file',
      '--cache',
      '--set',
      '--profile',
      '--remote',
      '--offline',
      '--json',
      '--no-color',
      '--help',
    ]);
    const { candidates } = complete(COMMANDS, ['graph', '--fo'], () => NAMES);
    expect(candidates).toEqual([{ value: '--format', description: 'output format: mermaid, dot, svg or json' }]);
  });

  test('an option is offered once, unless it is repeatable', () => {
    expect(at('pipeline run --force --f')).toEqual(['--from', '--file']);
    expect(at('pipeline run --file=x -f')).toEqual([]);
    expect(at('pipeline run --set a=1 --se')).toEqual(['--set']);
  });

  test('options are offered without a dash where a command takes no more arguments', () => {
    expect(at('pipeline graph ')).toContain('--json');
    expect(at('pipeline inspect train ')).toContain('--json');
    expect(at('pipeline run ')).not.toContain('--json');
  });

  test('no options are offered after "--"', () => {
    expect(at('pipeline run -- --')).toEqual([]);
    expect(at('pipeline run -- tr')).toEqual(['train', 'train-2']);
  });
});

describe('completion of names from the pipeline', () => {
  test('stages are offered with their descriptions where a stage is expected', () => {
    expect(at('pipeline run ')).toEqual(['ingest', 'train', 'train-2']);
    expect(at('pipeline explain tr')).toEqual(['train', 'train-2']);
    expect(at('pipeline run --from ')).toEqual(['ingest', 'train', 'train-2']);
    const { candidates } = complete(COMMANDS, ['run', 'in'], () => NAMES);
    expect(candidates).toEqual([{ value: 'ingest', description: 'Reads the labels.' }]);
  });

  test('a stage that is already given is not offered again', () => {
    expect(at('pipeline run train --json ')).toEqual(['ingest', 'train-2']);
  });

  test('stages and their outputs are offered where a result is expected', () => {
    expect(at('pipeline inspect i')).toEqual(['ingest', 'ingest.images', 'ingest.samples']);
    expect(at('pipeline export train.')).toEqual(['train.model']);
  });

  test('profiles are offered after a space or "="', () => {
    expect(at('pipeline run --profile ')).toEqual(['quick', 'full']);
    expect(at('pipeline run --profile=q')).toEqual(['--profile=quick']);
  });

  test('--set is completed to shared params, or to a stage and then its params', () => {
    expect(at('pipeline run --set ')).toEqual(['seed=', 'shuffle=', 'ingest.', 'train.', 'train-2.']);
    expect(at('pipeline run --set train.')).toEqual(['train.epochs=', 'train.optimizer=']);
    expect(at('pipeline run --set train-2.')).toEqual(['train-2.epochs=']);
    expect(at('pipeline run --set=train.e')).toEqual(['--set=train.epochs=']);
  });

  test('the instances of a matrix are offered where a stage is expected, but not for --set, which sets all of them', () => {
    const sweep = ['sweep', 'sweep@seed=1'].map((name) => ({ name, outputs: () => [], params: () => [] }));
    const values = (...words: string[]) =>
      complete(COMMANDS, words, () => ({ stages: sweep, params: [], profiles: [], runs: () => [] })).candidates.map(
        ({ value }) => value,
      );
    expect(values('explain', 'sw')).toEqual(['sweep', 'sweep@seed=1']);
    expect(values('run', '--set', 'sw')).toEqual(['sweep.']);
  });

  test('the values of --set are offered if they can be enumerated', () => {
    expect(at('pipeline run --set train.optimizer=')).toEqual(['train.optimizer=adam', 'train.optimizer=sgd']);
    expect(at('pipeline run --set shuffle=t')).toEqual(['shuffle=true']);
    expect(at('pipeline run --set seed=')).toEqual([]);
  });

  test('names are read from the file and the cache that the words give', () => {
    const asked: ProjectLocation[] = [];
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

  test('names are not read where none are possible', () => {
    const never = () => expect.unreachable();
    for (const line of ['', 'ru', 'run --', 'run --fro', 'graph --format ', 'run -f ', 'export train ', 'completion '])
      complete(COMMANDS, line.split(' '), never);
  });
});

describe('completion of other values', () => {
  test('the values of an option with fixed choices are offered', () => {
    expect(at('pipeline graph --format ')).toEqual(['mermaid', 'dot', 'svg', 'json']);
    expect(at('pipeline completion ')).toEqual(['bash', 'zsh', 'fish']);
  });

  test('paths are completed by the shell', () => {
    expect(at('pipeline run -f ')).toEqual([':files']);
    expect(at('pipeline run --file=da')).toEqual([':files']);
    expect(at('pipeline run --cache ')).toEqual([':directories']);
    expect(at('pipeline export train ')).toEqual([':directories']);
  });

  test('unknown options and values have no completions', () => {
    expect(at('pipeline run --jobs ')).toEqual([]);
    expect(at('pipeline run --unknown=')).toEqual([]);
  });
});
