import { MEMORY_PATTERN, TIME_PATTERN } from './quantities.ts';

/** Neither absolute, on any system, nor with `..`. */
const INNER_PATH_PATTERN = '^(?!/|[A-Za-z]:)(?!(.*/)?\\.\\.(/|$))[^\\\\]+$';
const PACKAGE_PATTERN = '^(@[^@/\\\\\\s]+/)?[^@./\\\\\\s][^@/\\\\\\s]*$';

const name = { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9_-]*$' } as const;

/**
 * JSON Schema of `pipeline.yaml`; the build publishes it as `dist/pipeline.schema.json` for editors. Where a value may
 * have one of several types it lists them rather than using `anyOf`: so a fault is told once, by the type that it has.
 */
export const pipelineSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  $id: 'pipeline.schema.json',
  title: 'pipeline.yaml',
  type: 'object',
  required: ['stages'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 1, description: 'What the pipeline is called.' },
    params: {
      type: 'object',
      description: 'Values that stages share as ${name}. `--set name=value` replaces one.',
    },
    profiles: {
      type: 'object',
      description: 'Overlays, chosen by `--profile NAME`. Keys as with --set: `name` or `stage.param`.',
      additionalProperties: { type: 'object' },
    },
    runtime_facts: {
      type: 'object',
      description:
        'What the results of npm packages depend on beside their npm version, by a name for messages. A stage whose ' +
        'code reaches one of the packages, directly or through others, has it in its action key.',
      propertyNames: name,
      additionalProperties: { $ref: '#/definitions/runtimeFact' },
    },
    stages: {
      type: 'object',
      description: 'The graph. A stage is known by its key.',
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
        module: { type: 'string', minLength: 1, description: 'The TypeScript module, relative to this file.' },
        description: { type: 'string' },
        matrix: {
          type: 'object',
          description:
            'One stage for each combination of these values, such as train@seed=1. Params and inputs read them as ' +
            '${matrix.NAME}. A stage that reads train.model gets the one with the same values or, for an input that ' +
            'its module declares as «models[]», all of them.',
          minProperties: 1,
          propertyNames: name,
          additionalProperties: {
            type: ['array', 'string'],
            description: 'A list such as [1, 2, 3], or ${name} for a shared param that is a list.',
            minItems: 1,
            items: {
              type: ['string', 'number', 'boolean'],
              description: 'A text, a number, true or false.',
            },
          },
        },
        inputs: {
          type: 'object',
          description: 'By input name: `stage.output`, or a path from outside (./data, /data, ${dataset}).',
          propertyNames: name,
          additionalProperties: { $ref: '#/definitions/input' },
        },
        params: { type: 'object', description: 'What the stage module declares as its params.' },
        env: {
          type: 'array',
          description: 'Environment variables that the stage reads. Their values are part of the action key.',
          items: {
            type: 'string',
            pattern: '^[A-Za-z_][A-Za-z0-9_]*$',
            description: 'The name of a variable has letters, digits and _, and starts with no digit.',
          },
          uniqueItems: true,
        },
        resources: {
          type: 'object',
          description:
            'What the stage occupies while it runs: as many stages run at once as fit. Not part of the action key.',
          additionalProperties: false,
          properties: {
            cpu: { type: 'integer', minimum: 1, description: 'Cores, 1 unless said otherwise.' },
            memory: {
              type: ['integer', 'string'],
              minimum: 1,
              pattern: MEMORY_PATTERN,
              description: 'Memory: a number of bytes, or such as 8GB or 512MiB.',
            },
            gpu: {
              type: 'integer',
              minimum: 0,
              description:
                'GPUs. They are handed out by number, and a stage sees no others: with none it computes on the CPU. ' +
                'On a machine with fewer it gets all there are.',
            },
          },
        },
        retries: {
          type: 'integer',
          minimum: 0,
          maximum: 100,
          description:
            'How often a stage that failed is tried again, going on from its work directory. Not part of the action key.',
        },
        timeout: {
          type: ['number', 'string'],
          exclusiveMinimum: 0,
          pattern: TIME_PATTERN,
          description:
            'After what time a try is ended: a number of seconds, or such as 90s, 30m or 2h. Not part of the action key.',
        },
        deterministic: {
          type: 'boolean',
          description:
            'Whether the stage puts out the same content whenever it runs with the same action key (default: true). ' +
            'With false the first result is kept like any other, and is not compared with a later one. ' +
            'Not part of the action key.',
        },
      },
    },
    runtimeFact: {
      type: 'object',
      required: ['packages'],
      additionalProperties: false,
      properties: {
        packages: {
          type: 'array',
          description: 'npm packages. Each of them that a stage reaches counts, in each of its versions.',
          minItems: 1,
          uniqueItems: true,
          items: {
            type: 'string',
            pattern: PACKAGE_PATTERN,
            description: 'Name the package as npm does: onnxruntime-node or @scope/name, without a version.',
          },
        },
        files: {
          type: 'array',
          description:
            'Files or folders in the folder of each package: their content counts. One that is missing counts as absent.',
          uniqueItems: true,
          items: {
            type: 'string',
            pattern: INNER_PATH_PATTERN,
            description:
              'Write a path relative to the folder of the package, with / and without "..", such as lib/libx.so.',
          },
        },
        env: {
          type: 'array',
          description:
            'Environment variables that the packages read: as if each stage that reaches a package declared them.',
          uniqueItems: true,
          items: {
            type: 'string',
            pattern: '^(?!CUDA_VISIBLE_DEVICES$)[A-Za-z_][A-Za-z0-9_]*$',
            description:
              'The name of a variable has letters, digits and _, and starts with no digit. CUDA_VISIBLE_DEVICES is ' +
              'set by the runner: use "device: true".',
          },
        },
        device: {
          type: 'boolean',
          description: 'Whether it counts on which kind of device the stage computes: cpu, or gpu if it sees a GPU.',
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
        path: { type: 'string', minLength: 1, description: 'A file or directory, relative to this file.' },
        include: {
          type: 'array',
          minItems: 1,
          items: { type: 'string', minLength: 1 },
          description: 'Globs below `path`: only these files count.',
        },
        exclude: {
          type: 'array',
          minItems: 1,
          items: { type: 'string', minLength: 1 },
          description: 'Globs below `path`: these files do not count.',
        },
      },
    },
  },
} as const;
