const name = { type: 'string', pattern: '^[A-Za-z][A-Za-z0-9_-]*$' } as const;

/** JSON Schema of `pipeline.yaml`; the build publishes it as `dist/pipeline.schema.json` for editors. */
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
        inputs: {
          type: 'object',
          description: 'By input name: `stage.output`, or a path from outside (./data, /data, ${dataset}).',
          propertyNames: name,
          additionalProperties: {
            anyOf: [{ type: 'string', minLength: 1 }, { $ref: '#/definitions/path' }],
          },
        },
        params: { type: 'object', description: 'What the stage module declares as its params.' },
        env: {
          type: 'array',
          description: 'Environment variables that the stage reads. Their values are part of the action key.',
          items: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$' },
          uniqueItems: true,
        },
        deterministic: {
          type: 'boolean',
          description:
            'Whether the stage puts out the same content whenever it runs with the same action key (default: true). ' +
            'With false the first result is kept like any other, and is not compared with a later one. ' +
            'Not part of the action key.',
        },
        resources: {
          type: 'object',
          description: 'What the stage occupies while it runs. Not part of the action key.',
          additionalProperties: false,
          properties: {
            cpu: { type: 'integer', minimum: 1, description: 'Cores.' },
            gpu: {
              type: 'integer',
              minimum: 0,
              description: 'GPUs; on a machine without any the stage runs all the same.',
            },
          },
        },
      },
    },
    path: {
      type: 'object',
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
