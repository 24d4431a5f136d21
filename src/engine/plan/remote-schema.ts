import { TIME_PATTERN } from './quantities.ts';

/** Matches names of scopes: they become folders and parts of keys on servers. */
export const SCOPE_PATTERN = '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$';

/** Matches public keys as `pipeline cache keygen` writes them. */
const PUBLIC_KEY_PATTERN = '^ed25519:[A-Za-z0-9+/]{43}=$';

const scope = { type: 'string', pattern: SCOPE_PATTERN } as const;
const scopeDescription = 'A scope consists of letters, digits, ".", "_" and "-", and starts with a letter or a digit.';

/** The definitions of JSON Schema for `remote` in `pipeline.yaml`. */
export const remoteSchema = {
  remote: {
    type: ['string', 'object'],
    minLength: 1,
    description:
      'A cache that several machines share: s3://bucket/prefix, https://host/path of an HTTP cache, or a folder. What is ' +
      'missing here is taken from there, and what was computed here is given to it. Not part of the action key.',
    additionalProperties: false,
    properties: {
      url: {
        type: 'string',
        minLength: 1,
        description: 'Address, without credentials. The variable PIPELINE_REMOTE and --remote take precedence.',
      },
      scope: {
        ...scope,
        description: `The scope to which results are uploaded (default: main; PIPELINE_REMOTE_SCOPE takes precedence). ${scopeDescription}`,
      },
      read: {
        type: 'array',
        uniqueItems: true,
        items: { ...scope, description: scopeDescription },
        description: 'The scopes from which results are taken besides the own one (default: [main]).',
      },
      upload: { type: 'boolean', description: 'Whether `run` uploads what it computes (default: true).' },
      keys: {
        type: 'array',
        minItems: 1,
        description:
          'Public keys that `pipeline cache keygen` has created. If there are any, only results that are signed by one of ' +
          'them are taken, and results are uploaded only with the private key in PIPELINE_REMOTE_KEY.',
        items: {
          type: ['string', 'object'],
          pattern: PUBLIC_KEY_PATTERN,
          description: 'A public key begins with "ed25519:": pipeline cache keygen prints one.',
          required: ['key'],
          additionalProperties: false,
          properties: {
            key: {
              type: 'string',
              pattern: PUBLIC_KEY_PATTERN,
              description: 'A public key begins with "ed25519:": pipeline cache keygen prints one.',
            },
            scopes: {
              type: 'array',
              minItems: 1,
              items: { ...scope, description: scopeDescription },
              description: 'The scopes for whose results this key may sign (default: all).',
            },
          },
        },
      },
      machines: {
        enum: ['same', 'any'],
        description:
          'Whether to take results whose last digits depend on the kind of CPU, such as those of trainings, only from ' +
          'machines with the same kind (default: same).',
      },
      timeout: {
        type: ['number', 'string'],
        exclusiveMinimum: 0,
        pattern: TIME_PATTERN,
        description: 'How long an answer is waited for: a number of seconds, or a text such as 5s (default: 10s).',
      },
      patience: {
        type: ['number', 'string'],
        exclusiveMinimum: 0,
        pattern: TIME_PATTERN,
        description:
          'How much time the failures of the remote cache may cost a run together, and a transfer beyond what the stage ' +
          'took (default: 30s). After that, the run goes on without it.',
      },
      upload_time: {
        type: ['number', 'string'],
        exclusiveMinimum: 0,
        pattern: TIME_PATTERN,
        description: 'How long a run waits at its end for its uploads (default: 10m).',
      },
    },
  },
} as const;
