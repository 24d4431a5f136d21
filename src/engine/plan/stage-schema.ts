import { MEMORY_PATTERN, TIME_PATTERN } from './quantities.ts';

/** The pattern of the name of an environment variable. */
export const VARIABLE_NAME = '[A-Za-z_][A-Za-z0-9_]*';

const VARIABLE = {
  pattern: `^${VARIABLE_NAME}$`,
  description: 'A variable name consists of letters, digits and _, and does not start with a digit.',
} as const;

/** The names of stages, inputs and dimensions. */
export const NAME = { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9_-]*$' } as const;

const DURATION = { type: ['number', 'string'], exclusiveMinimum: 0, pattern: TIME_PATTERN } as const;

/** JSON Schema of a stage in `pipeline.yaml`. */
export const stageSchema = {
  type: 'object',
  dependencies: { command: ['outputs'], outputs: ['command'], shell: ['command'], version: ['command'] },
  additionalProperties: false,
  properties: {
    module: { type: 'string', minLength: 1, description: 'Path of the TypeScript module, relative to this file.' },
    command: {
      type: ['string', 'array'],
      minLength: 1,
      minItems: 1,
      items: { type: 'string', description: 'A word of the command.' },
      description:
        'What to run instead of a module: a program with its arguments, as a text or a list of words. {inputs.NAME}, ' +
        '{outputs.NAME} and {params.NAME} stand for paths and values; {{ stands for a brace.',
    },
    outputs: {
      type: 'array',
      minItems: 1,
      items: { type: 'string', description: 'A file name such as model or table.csv.' },
      description:
        'Files or folders that the command creates: model, or table.csv for the output "table". A module declares its own.',
    },
    shell: {
      type: 'boolean',
      description: 'Whether /bin/sh runs the command (default: false): for pipes, redirections and several lines.',
    },
    version: {
      type: ['string', 'array'],
      minLength: 1,
      minItems: 1,
      items: { type: 'string', description: 'A word of the command.' },
      description:
        'A command that prints the version of the program, such as `python --version`. It runs whenever the action key ' +
        'is computed, and what it prints is part of it.',
    },
    description: { type: 'string', description: 'What the stage does.' },
    matrix: {
      type: 'object',
      description:
        'Generates one stage for each combination of these values, such as train@seed=1. Params and inputs refer to ' +
        'them as ${matrix.NAME}. A stage that reads train.model gets the output of the instance with the same ' +
        'values or, for an input that its module declares as "models[]", the outputs of all instances. Values may come ' +
        'from a stage: { from: split.folds } is the list in a JSON file that it puts out.',
      minProperties: 1,
      propertyNames: NAME,
      additionalProperties: {
        type: ['array', 'string', 'object'],
        description:
          'A list such as [1, 2, 3], ${name} of a shared param that is a list, or { from: STAGE.OUTPUT } for the ' +
          'list in a JSON file that a stage puts out.',
        minItems: 1,
        required: ['from'],
        additionalProperties: false,
        properties: {
          from: {
            type: 'string',
            description: 'STAGE.OUTPUT: a JSON file with a list of strings, numbers or booleans.',
          },
        },
        items: {
          type: ['string', 'number', 'boolean'],
          description: 'A string, a number, true or false.',
        },
      },
    },
    inputs: {
      type: 'object',
      description: 'Inputs by name: `stage.output`, or a path outside the pipeline (./data, /data, ${dataset}).',
      propertyNames: NAME,
      additionalProperties: { $ref: '#/definitions/input' },
    },
    params: {
      type: 'object',
      description: 'Params of the stage: those that its module declares, or any for a command.',
    },
    env: {
      type: 'array',
      description:
        'Environment variables that the stage reads: NAME, or { name: NAME, secret: true }. Values are part of the key, except those of secrets.',
      items: {
        type: ['string', 'object'],
        ...VARIABLE,
        required: ['name'],
        additionalProperties: false,
        properties: {
          name: { type: 'string', ...VARIABLE },
          secret: {
            type: 'boolean',
            description:
              'Whether the value is passed through without being part of the action key (default: false): for a token ' +
              'that gives access to data, and does not decide what the data are.',
          },
        },
      },
      uniqueItems: true,
    },
    resources: {
      type: 'object',
      description:
        'Resources that the stage uses while it runs; stages run in parallel as far as they fit. Not part of the action key.',
      additionalProperties: false,
      properties: {
        cpu: { type: 'integer', minimum: 1, description: 'Number of CPU cores (default: 1).' },
        memory: {
          type: ['integer', 'string'],
          minimum: 1,
          pattern: MEMORY_PATTERN,
          description:
            'Memory: a number of bytes, or a text such as 8GB or 512MiB. A stage that uses more is ended (Linux).',
        },
        gpu: {
          type: 'integer',
          minimum: 0,
          description:
            'Number of GPUs (default: 0). A stage sees only the GPUs assigned to it; without any it computes on the ' +
            'CPU. On a machine with fewer GPUs it gets all of them.',
        },
      },
    },
    executor: {
      ...NAME,
      description:
        'The name of one of the `executors`, which runs the stage, or local (default: the first executor whose `takes` ' +
        'fits, or else local). Not part of the action key.',
    },
    retries: {
      type: ['integer', 'object'],
      minimum: 0,
      maximum: 100,
      required: ['count'],
      additionalProperties: false,
      properties: {
        count: { type: 'integer', minimum: 0, maximum: 100, description: 'How often a failed stage is retried.' },
        backoff: {
          ...DURATION,
          description:
            'How long to wait before the first retry (default: not at all), such as 10s; doubled for each next one, up to an hour.',
        },
      },
      description:
        'How often a failed stage is retried: a number, or { count: 3, backoff: 10s }. It resumes from its work directory. ' +
        'Not part of the action key.',
    },
    timeout: {
      ...DURATION,
      description:
        'Time limit of an attempt: a number of seconds, or a text such as 90s, 30m or 2h. Not part of the action key.',
    },
    grace: {
      ...DURATION,
      description:
        'How long the stage may save its state when it is stopped by Ctrl-C or its timeout (default: 30s). A stage that ' +
        'is not saving is killed after a second. Not part of the action key.',
    },
    deterministic: {
      type: 'boolean',
      description:
        'Whether the stage always creates the same outputs for the same action key (default: true). If false, the ' +
        'first result is cached like any other, and is not compared with later ones. Not part of the action key.',
    },
  },
} as const;
