import { executorSchema } from './executor-schema.ts';
import { remoteSchema } from './remote-schema.ts';
import { NAME, stageSchema, VARIABLE_NAME } from './stage-schema.ts';

/** Matches paths that are not absolute on any system and have no `..`. */
const INNER_PATH_PATTERN = '^(?!/|[A-Za-z]:)(?!(.*/)?\\.\\.(/|$))[^\\\\]+$';
const PACKAGE_PATTERN = '^(@[^@/\\\\\\s]+/)?[^@./\\\\\\s][^@/\\\\\\s]*$';

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
    executors: {
      type: 'object',
      description:
        'Schedulers that run stages on other machines, by a name that stages refer to as `executor`. Not part of the ' +
        'action key. "local" is this machine.',
      propertyNames: NAME,
      additionalProperties: { $ref: '#/definitions/executor' },
    },
    runtime_facts: {
      type: 'object',
      description:
        'What the results of npm packages depend on besides their npm version, by a name that messages show. It is ' +
        'part of the action key of each stage that imports one of the packages, directly or indirectly.',
      propertyNames: NAME,
      additionalProperties: { $ref: '#/definitions/runtimeFact' },
    },
    stages: {
      type: 'object',
      description: 'The stages of the pipeline, by name.',
      minProperties: 1,
      propertyNames: NAME,
      additionalProperties: { $ref: '#/definitions/stage' },
    },
  },
  definitions: {
    stage: stageSchema,
    ...remoteSchema,
    ...executorSchema,
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
            pattern: `^(?!CUDA_VISIBLE_DEVICES$)${VARIABLE_NAME}$`,
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
