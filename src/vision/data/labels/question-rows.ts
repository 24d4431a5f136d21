import type { Problem } from '../../../shared/problem.ts';
import { quoted } from '../../../shared/wording.ts';
import type { Question } from '../tables/questions.ts';
import { taskOfLabelName } from '../tables/task.ts';
import { type CsvRow, parseCsv } from './csv.ts';
import { withoutHeader } from './csv-header.ts';
import type { Finding, FindingKind } from './findings.ts';
import { FIELD, type NamingRow, wrongFieldCount } from './label-rows.ts';
import { pathInDataset } from './path-in-dataset.ts';
import type { TextFile } from './text-file.ts';

export type QuestionRow = Question & NamingRow;

/**
 * Reads and checks the rows `file name,task,?` of a question file in FashionAI's layout; the third field is ignored. The
 * tasks of the questions have to be among `tasks`, unless that set is empty.
 */
export function readQuestionRows(
  file: TextFile,
  tasks: ReadonlySet<string>,
): { readonly questions: readonly QuestionRow[]; readonly findings: readonly Finding[] } {
  const csv = parseCsv(file);
  const questions: QuestionRow[] = [];
  const findings: Finding[] = [...csv.findings];
  const known = [...tasks].sort().join(', ');
  for (const row of withoutHeader(csv)) {
    const question = questionOf(row);
    if ('message' in question) {
      const { field, ...problem } = question;
      findings.push({ ...problem, at: csv.place(row, field) });
    } else if (tasks.size > 0 && !tasks.has(question.task)) {
      findings.push({
        kind: 'questions for unknown tasks',
        message: `the question is about the task ${quoted(question.task)}, which no sample has`,
        at: csv.place(row, FIELD.task),
        advice: `The tasks of the samples are ${known}.`,
      });
    } else questions.push({ ...question, place: () => csv.place(row, FIELD.file) });
  }
  return { questions, findings };
}

/** Returns the question of a row, or the problem with the row. */
function questionOf({
  fields,
}: CsvRow): Question | (Problem & { readonly kind: FindingKind; readonly field?: number }) {
  const [name, labelName] = fields;
  if (!name || !labelName || fields.length > 3) return wrongFieldCount('file name,task,?', fields);
  const file = pathInDataset(name);
  if (typeof file !== 'string') return { ...file, field: FIELD.file };
  return { file, labelName, task: taskOfLabelName(labelName) };
}
