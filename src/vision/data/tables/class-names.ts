import { readJsonFile } from '../../../shared/json-file.ts';
import { type Result, success } from '../../../shared/problem.ts';
import type { FromSchema } from '../../../shared/schema-type.ts';

const schema = {
  type: 'object',
  required: ['tasks'],
  properties: {
    tasks: {
      type: 'array',
      items: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string' },
          class_names: { type: 'array', items: { type: 'string' } },
        },
      },
    },
  },
} as const;

/**
 * Reads the names of the classes from the `tasks.json` of the ingest stage.
 *
 * @param file none if the stage has no such input.
 * @returns the names of each task whose classes have any.
 */
export async function readClassNames(
  file: string | undefined,
): Promise<Result<ReadonlyMap<string, readonly string[]>>> {
  if (file === undefined) return success(new Map());
  const read = await readJsonFile<FromSchema<typeof schema>>(file, schema, {
    unreadable: 'cannot read the tasks',
    misshapen: 'invalid tasks',
    called: 'tasks',
    advice: 'Rerun the stage that made them.',
  });
  if (!read.ok) return read;
  return success(
    new Map(read.value.tasks.flatMap(({ name, class_names: names }) => (names === undefined ? [] : [[name, names]]))),
  );
}
