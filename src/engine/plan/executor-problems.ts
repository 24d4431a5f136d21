import type { Place, Problem } from '../../shared/problem.ts';
import { listed } from '../../shared/wording.ts';
import type { ExecutorDeclaration } from './declaration.ts';
import { QUEUE_COMMANDS, type QueueCommand, valuesIn } from './queue-commands.ts';
import { suggestion } from './suggest.ts';

type Key = keyof ExecutorDeclaration;

/** The keys that only one type of executor has. */
const OWN_KEYS: Readonly<Record<ExecutorDeclaration['type'], readonly Key[]>> = {
  slurm: ['partition', 'account', 'options'],
  command: ['submit', 'status', 'cancel', 'log', 'states'],
};

const REQUIRED = ['submit', 'status', 'cancel'] as const;

/** Returns the place of an executor, or of a value in it. */
export type ExecutorPlace = (key?: Key) => Place;

/** Returns what is wrong with an executor. JSON Schema could find out the same, but could not say it in words. */
export function executorProblems(
  name: string,
  declared: ExecutorDeclaration,
  place: ExecutorPlace,
): readonly Problem[] {
  const { type } = declared;
  const foreign = Object.entries(OWN_KEYS).flatMap(([owner, keys]) =>
    keys
      .filter((key) => owner !== type && declared[key] !== undefined)
      .map((key): Problem => {
        const message = `executor "${name}" is of type ${type}, and "${key}" belongs to type ${owner}`;
        return { message, at: place(key), advice: `Remove it, or write type: ${owner}.` };
      }),
  );
  if (type !== 'command') return foreign;
  const missing = REQUIRED.filter((key) => declared[key] === undefined);
  const absent: readonly Problem[] =
    missing.length === 0
      ? []
      : [
          {
            message: `executor "${name}" is of type command, and lacks ${listed(missing.map((key) => `"${key}"`))}`,
            at: place(),
            advice: 'docs/cluster.md has these commands for several queues.',
          },
        ];
  const commands = Object.keys(QUEUE_COMMANDS) as QueueCommand[];
  return [...foreign, ...absent, ...commands.flatMap((key) => valueProblems(key, declared[key] ?? '', place))];
}

function valueProblems(key: QueueCommand, command: string, place: ExecutorPlace): Problem[] {
  const known: readonly string[] = QUEUE_COMMANDS[key];
  const unknown = valuesIn(command).filter((value) => !known.includes(value));
  const problems = unknown.map((value): Problem => {
    const braces = 'If the braces are for the shell, put a space behind the first one.';
    return {
      message: `unknown value {${value}} in "${key}"`,
      at: place(key),
      advice: `${suggestion(value, known)} ${braces}`,
    };
  });
  const needed = { submit: 'script', cancel: 'ids', status: undefined, log: undefined }[key];
  if (needed === undefined || command === '' || valuesIn(command).includes(needed)) return problems;
  return [
    ...problems,
    {
      message: `"${key}" does not name {${needed}}`,
      at: place(key),
      advice: key === 'submit' ? 'It stands for the file that the job runs.' : 'It stands for the ids of the jobs.',
    },
  ];
}
