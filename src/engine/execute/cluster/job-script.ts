import { shellQuoted } from '../../../shared/text/shell-quoted.ts';

/** What the scripts of the jobs of a run have in common. */
export interface ScriptParts {
  /** Node and the command, with its options about the project. */
  readonly program: readonly string[];
  readonly options: readonly string[];
  /** The digest of the frozen plan. */
  readonly plan: string;
  readonly run: string;
  /** Shell commands that come first. */
  readonly setup: string | undefined;
  /** The shell command by which a job queues itself again. */
  readonly requeue: string | undefined;
}

/**
 * Returns the script of a job. It names a stage and a plan, and has neither params nor secrets in it.
 *
 * @param stages the name of the stage; or of each task of an array, by its index.
 * @param changes what a stage may use, in bytes, and how often it is retried, if that is not what the plan says.
 */
export function jobScript(
  { program, options, plan, run, setup, requeue }: ScriptParts,
  stages: string | ReadonlyMap<number, string>,
  { memory, retries }: { readonly memory?: number | undefined; readonly retries?: number | undefined },
): string {
  const quoted = (words: readonly string[]) => words.map(shellQuoted).join(' ');
  const before = [...program, 'exec', '--plan', plan, '--run', run, ...options];
  const more = [
    ...(requeue === undefined ? [] : ['--requeue', requeue]),
    ...(memory === undefined ? [] : ['--memory', String(memory)]),
    ...(retries === undefined ? [] : ['--retries', String(retries)]),
  ];
  const choice =
    typeof stages === 'string'
      ? [`stage=${shellQuoted(stages)}`]
      : [
          'case "$PIPELINE_TASK" in',
          ...[...stages].map(([task, name]) => `${task}) stage=${shellQuoted(name)} ;;`),
          '*) echo "there is no task $PIPELINE_TASK" >&2; exit 2 ;;',
          'esac',
        ];
  return [
    ...(setup === undefined ? [] : ['set -e', setup.trimEnd(), 'set +e']),
    ...choice,
    // Takes the place of the shell, so that it gets the signals of the scheduler itself.
    `exec ${quoted([...before, ...more])} --stage "$stage"`,
    '',
  ].join('\n');
}
