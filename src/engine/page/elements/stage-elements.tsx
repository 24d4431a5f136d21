import type { JSX } from 'preact';
import type { ReportArtifact, ReportSection } from '../../../shared/extensions/report.ts';
import { type Cell, DataTable } from '../../../shared/page/data-table.tsx';
import type { Problem } from '../../../shared/problem.ts';
import { SIZE_LIMITS } from '../../../shared/read-file.ts';
import { bytes, count, figure } from '../../../shared/text/format.ts';
import { visible, visibleLine } from '../../../shared/text/visible.ts';
import { type ElementImages, elementImages } from './element-images.ts';
import type { Block, CellValue, ImageBlock, StageElement, TableBlock } from './element-schema.ts';
import { type ElementFile, elementFiles, readElement } from './read-element.ts';
import { seriesChart } from './series-chart.ts';

const MOST_ROWS = 500;

/** Returns the elements that the stages of a run add to its report. One that is invalid says so in its place. */
export async function stageElements(artifacts: readonly ReportArtifact[]): Promise<readonly ReportSection[]> {
  const images = elementImages();
  const sections: ReportSection[] = [];
  let total = 0;
  for (const [index, file] of elementFiles(artifacts).entries()) {
    const { stage, output } = file.artifact;
    const [id, source] = [`element-${index + 1}`, `${stage}.${output}`];
    total += file.bytes;
    if (total > SIZE_LIMITS.reportElement) {
      const limit = bytes(SIZE_LIMITS.reportElement);
      const message = `the elements of all stages take more than ${limit} together`;
      const advice = 'Aggregate in the stage: a table of the rows that matter, and fewer points.';
      sections.push({ id, title: source, content: invalid(source, [{ message, advice }]) });
      continue;
    }
    const read = await readElement(file);
    sections.push(
      read.ok
        ? {
            id,
            title: `${visibleLine(read.value.title)} (${source})`,
            content: await elementContent(read.value, file, images),
          }
        : { id, title: source, content: invalid(source, read.failure) },
    );
  }
  return sections;
}

function invalid(source: string, problems: readonly Problem[]): JSX.Element {
  return (
    <>
      {problems.map(({ message, advice }) => (
        <p key={message}>
          <span class="bad">
            The element that {source} adds is not shown: {visible(message)}.
          </span>{' '}
          {advice}
        </p>
      ))}
    </>
  );
}

async function elementContent(
  { title, content }: StageElement,
  { folder }: ElementFile,
  images: ElementImages,
): Promise<JSX.Element> {
  const blocks: JSX.Element[] = [];
  for (const block of content) blocks.push(await blockContent(block, title, folder, images));
  return <>{blocks}</>;
}

async function blockContent(
  { text, table, chart, images = [] }: Block,
  title: string,
  folder: string | undefined,
  source: ElementImages,
): Promise<JSX.Element> {
  const figures: JSX.Element[] = [];
  for (const image of images) figures.push(await imageFigure(image, folder, source));
  return (
    <>
      {text !== undefined && paragraphs(text)}
      {table !== undefined && elementTable(table, title)}
      {chart !== undefined && seriesChart(chart, title)}
      {figures.length > 0 && <div class="pair">{figures}</div>}
    </>
  );
}

function paragraphs(text: string): readonly JSX.Element[] {
  return text.split(/\n\s*\n/).map((paragraph) => <p key={paragraph}>{visible(paragraph)}</p>);
}

function elementTable({ caption, columns, rows }: TableBlock, title: string): JSX.Element {
  const shown = rows.slice(0, MOST_ROWS);
  const more = rows.length > shown.length ? ` (the first ${count(shown.length)} of ${count(rows.length)} rows)` : '';
  return (
    <DataTable
      caption={`${visibleLine(caption ?? title)}${more}`}
      columns={columns.map((name, at) => ({
        name: visibleLine(name),
        numeric: rows.every((row) => row[at] === null || row[at] === undefined || typeof row[at] === 'number'),
      }))}
      rows={shown.map((row) => columns.map((_, at) => tableCell(row[at] ?? null)))}
      sortable
    />
  );
}

function tableCell(value: CellValue): Cell {
  if (typeof value === 'number') return { shown: figure(value, 6), order: value };
  return value === null ? '' : visible(String(value));
}

async function imageFigure(
  { file, caption = file }: ImageBlock,
  folder: string | undefined,
  images: ElementImages,
): Promise<JSX.Element> {
  const [source, words] = [await images.of(folder, file), visibleLine(caption)];
  return (
    <figure key={file}>
      {source.ok ? (
        <img src={source.value} alt={words} loading="lazy" />
      ) : (
        <span class="bad">
          {visibleLine(file)} is not shown: {source.failure}.
        </span>
      )}
      <figcaption>{words}</figcaption>
    </figure>
  );
}
