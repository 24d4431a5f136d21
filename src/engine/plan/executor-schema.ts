import { MEMORY_PATTERN, TIME_PATTERN } from './quantities.ts';
import { STATE_MEANINGS } from './queue-commands.ts';

/** A word of a scheduler's command line: it cannot be taken for an option, nor break a line of a script. */
const WORD = {
  type: 'string',
  pattern: '^[\\w.@%+:/,=][\\w.@%+:/,=-]*$',
  description: 'A name consists of letters, digits and . _ - @ % + : / , =',
} as const;

const OPTION = {
  type: 'string',
  pattern: '^-[^\\p{Cc}]+$',
  description: 'An option of sbatch begins with "-": "--qos=short".',
} as const;

const COMMAND = { type: 'string', minLength: 1 } as const;

/** The definitions of JSON Schema for `executors` in `pipeline.yaml`. */
export const executorSchema = {
  executor: {
    type: 'object',
    required: ['type'],
    additionalProperties: false,
    properties: {
      type: {
        enum: ['slurm', 'command'],
        description: 'The kind of scheduler: slurm, or command for one that is used by the commands given here.',
      },
      partition: { ...WORD, description: 'The partition of its jobs (default: that of the cluster).' },
      account: { ...WORD, description: 'The account that its jobs are charged to.' },
      options: {
        type: 'array',
        items: OPTION,
        description: 'More options for sbatch, such as "--qos=short". They take precedence over those of the runner.',
      },
      submit: {
        ...COMMAND,
        description:
          'Type command: the shell command that submits a job and prints its id, and nothing else. {script} is the file ' +
          'that the job runs; {name}, {output}, {cpu}, {gpu}, {memory_mb}, {seconds} and {time} are what it asks for.',
      },
      status: {
        ...COMMAND,
        description:
          'Type command: the shell command that prints a line for each job: its id, the word for its state, and perhaps ' +
          'a reason. {ids} are the ids of the jobs of the run; it may list others, and leave out jobs that have ended.',
      },
      cancel: { ...COMMAND, description: 'Type command: the shell command that ends the jobs with the ids {ids}.' },
      log: {
        ...COMMAND,
        description:
          'Type command: the shell command that prints all that the job {id} has printed so far (default: it is in the ' +
          'file {output}, which `submit` names).',
      },
      states: {
        type: 'object',
        additionalProperties: { enum: [...STATE_MEANINGS] },
        description:
          'Type command: what its words for states mean, if they are not the usual ones: { Eqw: failed }. One of ' +
          `${STATE_MEANINGS.join(', ')}.`,
      },
      host: {
        ...WORD,
        description:
          'The host on which the commands of the scheduler run, by `ssh HOST` (default: this one). It must see the ' +
          'folder of the pipeline file and the cache under the same paths.',
      },
      setup: {
        type: 'string',
        minLength: 1,
        description: 'Shell commands that a job runs first, such as `module load cuda`. No secrets: it is readable.',
      },
      time: {
        type: ['number', 'string'],
        exclusiveMinimum: 0,
        pattern: TIME_PATTERN,
        description:
          'Time limit of a job, such as 4h (default: the timeout of its stage, or else that of the cluster). A stage that ' +
          'takes longer saves its state and is queued again, if it can resume.',
      },
      max_jobs: {
        type: 'integer',
        minimum: 1,
        description: 'How many jobs may be queued or running at the same time (default: no limit).',
      },
      takes: {
        type: 'object',
        minProperties: 1,
        additionalProperties: false,
        properties: {
          cpu: { type: 'integer', minimum: 1, description: 'Number of CPU cores.' },
          memory: {
            type: ['integer', 'string'],
            minimum: 1,
            pattern: MEMORY_PATTERN,
            description: 'Memory: a number of bytes, or a text such as 8GB or 512MiB.',
          },
          gpu: { type: 'integer', minimum: 1, description: 'Number of GPUs.' },
        },
        description:
          'Takes every stage that requests at least one of these amounts and names no executor: { gpu: 1 } takes all ' +
          'stages with a GPU, and { cpu: 1 } all stages, since one that declares no resources gets a core.',
      },
    },
  },
} as const;
