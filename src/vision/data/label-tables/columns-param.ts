import type { FromSchema } from '../../../shared/schema-type.ts';
import { LABEL_KINDS, type LabelKind } from '../tables/label-kind.ts';

const names = { type: 'array', items: { type: 'string' }, minItems: 1 } as const;
const kindPattern = `^(${LABEL_KINDS.join('|')})$`;

/** The schema of the param that says what the columns of label tables are. */
export const columnsParam = {
  description:
    'What the columns of a label table are. What is not said is found in the table where that is certain; otherwise an ' +
    'error says what to write.',
  type: 'object',
  properties: {
    file: { description: 'The column with the paths of the images.', type: 'string' },
    split: { description: 'The column with `train`, `validation` or `test`.', type: 'string' },
    group: {
      description: 'The column with the group of an image. Images of one group are in one split.',
      type: 'string',
    },
    tasks: {
      description:
        'The tasks by name, each with the kind of its labels: `class`, `classes` (any number of them), `ordered` (one of ' +
        'several classes in order), `numbers`; or a mapping with more. The column is that of the same name.',
      type: 'object',
      minProperties: 1,
      additionalProperties: {
        anyOf: [
          {
            description: 'Use class, classes, ordered, numbers, or { kind: classes, separator: "|" }.',
            type: 'string',
            pattern: kindPattern,
          },
          {
            description: 'Use a mapping, as { kind: classes, separator: "|" }.',
            type: 'object',
            properties: {
              kind: { description: 'Use class, classes, ordered or numbers.', type: 'string', pattern: kindPattern },
              column: { description: 'The column, if it is called otherwise than the task.', type: 'string' },
              columns: {
                description:
                  'Several columns: of `numbers` one for each number, of `classes` one for each class, with 1 or 0, ' +
                  '`true` or `false`, `yes` or `no`.',
                ...names,
              },
              separator: {
                description: 'What separates the classes or the numbers in a field.',
                type: 'string',
                minLength: 1,
              },
              none: {
                description:
                  'The text in a field of `classes` that says that the image has none of them; an empty text for an ' +
                  'empty field, which otherwise says that there is no label.',
                type: 'string',
              },
              classes: { description: 'All classes, in their order.', ...names },
            },
            required: ['kind'],
            additionalProperties: false,
          },
        ],
      },
    },
  },
  additionalProperties: false,
} as const;

/** What the param `columns` says. */
export type ColumnsParam = FromSchema<typeof columnsParam>;

/** How the labels of a task are written in a table. */
export interface TaskColumns {
  readonly task: string;
  readonly kind: LabelKind;
  readonly columns: readonly string[];
  /** Whether the labels are in several columns, however many these are. */
  readonly hasOwnColumns: boolean;
  readonly separator?: string | undefined;
  readonly none?: string | undefined;
  /** All classes, in their order. */
  readonly classes?: readonly string[] | undefined;
}

/** Returns the tasks that the param `columns` says. */
export function tasksOfParam(tasks: NonNullable<ColumnsParam['tasks']>): readonly TaskColumns[] {
  return Object.entries(tasks).map(([task, given]) => {
    const { kind, column = task, columns, ...others } = typeof given === 'string' ? { kind: given } : given;
    return {
      task,
      kind: LABEL_KINDS.find((each) => each === kind) ?? 'class',
      columns: columns ?? [column],
      hasOwnColumns: columns !== undefined,
      ...others,
    };
  });
}
