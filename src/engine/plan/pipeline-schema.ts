import { MEMORY_PATTERN, TIME_PATTERN } from './quantities.ts';
import { remoteSchema } from './remote-schema.ts';

/** Matches paths that are not absolute on any system and have no `..`. */
const INNER_PATH_PATTERN = '^(?!/|[A-Za-z]:)(?!(.*/)?\\.\\.(/|$))[^\\\\]+$';
const PACKAGE_PATTERN = '^(@[^@/\\\\\\s]+/)?[^@./\\\\\\s][^@/\\\\\\s]*$';

const VARIABLE = {
  pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
  description: 'A variable name consists of letters, digits and _, and does not start with a digit.',
} as const;

const name = { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9_-]*$' } as const;

/**
 * JSON Schema of `pipeline.yaml`; the build publishes it as `dist/pipeline.schema.json` for editors. A value that may
 * have one of several types lists them instead of using `anyOf`, so that an error is reported once, for its type.
 */
export const pipelineSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'pipeline.schema.json',
  title: 'pipeline.yaml',
  type: 'object',
  required: ['stages'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 1, description: 'Name of the pipeline.' },
    params: {
      type: 'object',
      description: 'Shared values, which stages refer to as ${name}. Override one with `--set name=value`.',
    },
    profiles: {
      type: 'object',
      description: 'Named sets of params, applied with `--profile NAME`. Keys as for --set: `name` or `stage.param`.',
      additionalProperties: { type: 'object' },
    },
    remote: { $ref: '#/definitions/remote' },
    runtime_facts: {
      type: 'object',
      description:
        'What the results of npm packages depend on besides their npm version, by a name that messages show. It is ' +
        'part of the action key of each stage that imports one of the packages, directly or indirectly.',
      propertyNames: name,
      additionalProperties: { $ref: '#/definitions/runtimeFact' },
    },
    stages: {
      type: 'object',
      description: 'The stages of the pipeline, by name.',
      minProperties: 1,
      propertyNames: name,
      additionalProperties: { $ref: '#/definitions/stage' },
    },
  },
  definitions: {
    stage: {
      type: 'object',
      required: ['module'],
      additionalProperties: false,
      properties: {
        module: { type: 'string', minLength: 1, description: 'Path of the TypeScript module, relative to this file.' },
        description: { type: 'string', description: 'What the stage does.' },
        matrix: {
          type: 'object',
          description:
            'Generates one stage for each combination of these values, such as train@seed=1. Params and inputs refer to ' +
            'them as ${matrix.NAME}. A stage that reads train.model gets the output of the instance with the same ' +
            'values or, for an input that its module declares as "models[]", the outputs of all instances.',
          minProperties: 1,
          propertyNames: name,
          additionalProperties: {
            type: ['array', 'string'],
            description: 'A list such as [1, 2, 3], or ${name} of a shared param that is a list.',
            minItems: 1,
            items: {
              type: ['string', 'number', 'boolean'],
              description: 'A string, a number, true or false.',
            },
          },
        },
        inputs: {
          type: 'object',
          description: 'Inputs by name: `stage.output`, or a path outside the pipeline (./data, /data, ${dataset}).',
          propertyNames: name,
          additionalProperties: { $ref: '#/definitions/input' },
        },
        params: { type: 'object', description: 'Values of the params that the stage module declares.' },
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
              description: 'Memory: a number of bytes, or a text such as 8GB or 512MiB.',
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
        retries: {
          type: 'integer',
          minimum: 0,
          maximum: 100,
          description:
            'How often a failed stage is retried; it resumes from its work directory. Not part of the action key.',
        },
        timeout: {
          type: ['number', 'string'],
          exclusiveMinimum: 0,
          pattern: TIME_PATTERN,
          description:
            'Time limit of an attempt: a number of seconds, or a text such as 90s, 30m or 2h. Not part of the action key.',
        },
        grace: {
          type: ['number', 'string'],
          exclusiveMinimum: 0,
          pattern: TIME_PATTERN,
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
    },
    ...remoteSchema,
    runtimeFact: {
      type: 'object',
      required: ['packages'],
      additionalProperties: false,
      properties: {
        packages: {
          type: 'array',
          description: 'Names of npm packages. Every installed version that a stage imports counts.',
          minItems: 1,
          uniqueItems: true,
          items: {
            type: 'string',
            pattern: PACKAGE_PATTERN,
            description: 'Use the npm name of the package, without a version: onnxruntime-node or @scope/name.',
          },
        },
        files: {
          type: 'array',
          description:
            'Files or folders in the folder of each package whose content is part of the action key. A missing one counts as absent.',
          uniqueItems: true,
          items: {
            type: 'string',
            pattern: INNER_PATH_PATTERN,
            description: 'Use a path relative to the folder of the package, with / and without "..": lib/libx.so.',
          },
        },
        env: {
          type: 'array',
          description:
            'Environment variables that the packages read, as if each stage that imports a package declared them.',
          uniqueItems: true,
          items: {
            type: 'string',
            pattern: '^(?!CUDA_VISIBLE_DEVICES$)[A-Za-z_][A-Za-z0-9_]*$',
            description:
              'A variable name consists of letters, digits and _, and does not start with a digit. CUDA_VISIBLE_DEVICES is ' +
              'set by the runner: use "device: true".',
          },
        },
        device: {
          type: 'boolean',
          description: 'Whether the kind of device is part of the action key: cpu, or gpu if the stage sees a GPU.',
        },
      },
    },
    input: {
      type: ['string', 'object'],
      description: '`stage.output`, a path, or a path with globs: { path: ./data, include: ["**/*.jpg"] }.',
      minLength: 1,
      required: ['path'],
      additionalProperties: false,
      properties: {
        path: { type: 'string', minLength: 1, description: 'Path of a file or directory, relative to this file.' },
        include: {
          type: 'array',
          minItems: 1,
          items: { type: 'string', minLength: 1 },
          description: 'Globs relative to `path`: only matching files are part of the input.',
        },
        exclude: {
          type: 'array',
          minItems: 1,
          items: { type: 'string', minLength: 1 },
          description: 'Globs relative to `path`: matching files are not part of the input.',
        },
      },
    },
  },
} as const;
