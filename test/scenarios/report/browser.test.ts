import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pageHtml } from '../../../src/engine/page/document.ts';
import { runPage } from '../../../src/engine/page/run-page.ts';
import type { ReportArtifact } from '../../../src/shared/extensions/report.ts';
import { reportSources } from '../../../src/vision/page/sources.tsx';
import { temporaryFolder } from '../../support/dataset.ts';
import { reportedStages } from '../../support/reported-stages.ts';
import { findChromium } from './find-chromium.ts';

const HOSTILE = '<img src=x onerror=alert(1)>"</script>';
const chromium = findChromium();
if (chromium === undefined) {
  const advice = 'Install it (Debian: apt-get install chromium), or set CHROMIUM to the path of a Chromium or Chrome.';
  process.stderr.write(`\nSKIPPED: the report in a browser, since Chromium is not installed. ${advice}\n\n`);
}

/** An element that a stage adds, with every kind of content. */
async function addedElement(): Promise<ReportArtifact> {
  const folder = temporaryFolder();
  const names = ['train', HOSTILE, 'a-series-with-quite-a-long-name-that-is-cut'];
  const numbered = names.map((name, at) => ({ name, points: [1, 2, 3, 4].map((x) => [x, (x * (at + 2)) % 5]) }));
  const named = names.map((name) => ({ name, points: names.map((x, y) => [x, y + 1]) }));
  const content = [
    { text: `${HOSTILE}\n\nA second paragraph.` },
    { table: { columns: ['camera', HOSTILE], rows: names.map((name, at) => [name, at / 3]) } },
    { chart: { kind: 'line', x: 'epoch', y: 'loss', series: numbered } },
    { chart: { kind: 'line', caption: 'Texts', series: named.slice(0, 1) } },
    { chart: { kind: 'bar', x: 'camera', y: 'share', series: named } },
    { chart: { kind: 'dot', caption: HOSTILE, series: numbered } },
    { images: [{ file: 'wide.png', caption: HOSTILE }, { file: 'none.png' }] },
  ];
  writeFileSync(join(folder, 'report.json'), JSON.stringify({ title: HOSTILE, content }));
  const image = sharp({ create: { width: 900, height: 300, channels: 3, background: '#68a' } });
  writeFileSync(join(folder, 'wide.png'), await image.png().toBuffer());
  return { stage: 'audit', output: 'added', file: 'added', kind: 'directory', path: folder };
}

/** The page about a run with real artifacts, names of classes that try to break out, and a long name of a stage. */
async function writtenPage(): Promise<string> {
  const trained = await reportedStages({ classNames: new Map([['colour', [HOSTILE, 'b', 'c']]]) });
  const artifacts = [...trained, await addedElement()];
  const stage = { seconds: 2, reasons: [`param ${HOSTILE} 1 → 2`], outputs: {}, metrics: { loss: 0.5 } };
  const run = {
    run: '20261128-120000-abcdef0',
    pipeline: HOSTILE,
    started: '2026-11-28T12:00:00.000Z',
    seconds: 4,
    ok: true,
    stages: [
      { ...stage, name: 'a-stage-with-quite-a-long-name@backbone=small-cnn,seed=2018', outcome: 'ran' },
      { ...stage, name: 'evaluate', outcome: 'failed', params: { note: HOSTILE } },
    ],
  };
  const stages = run.stages.map((each) => ({ ...each, record: undefined, isOwn: false }));
  const reported = { run, baseline: undefined, stages, edges: [], artifacts };
  const page = await runPage(reported, {
    sources: reportSources,
    lockfile: undefined,
    before: undefined,
    commandLine: (...words: readonly string[]) => ['pipeline', ...words].join(' '),
  });
  const file = join(temporaryFolder(), 'report.html');
  writeFileSync(file, page);
  return pathToFileURL(file).href;
}

describe.skipIf(chromium === undefined)('a report in Chromium', () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await puppeteer.launch({
      executablePath: chromium ?? '',
      // The user of a container is often root, under whom Chromium refuses its own sandbox.
      args: ['--no-sandbox', '--disable-dev-shm-usage'],
    });
  });
  afterAll(() => browser?.close());

  /** Opens a page and notes whatever it asks for or complains of. */
  async function opened(address: string, width: number, scheme: string): Promise<{ page: Page; noted: string[] }> {
    const page = await browser.newPage();
    const noted: string[] = [];
    page.on('console', (message) => noted.push(`console: ${message.text()}`));
    page.on('pageerror', (error) => noted.push(`error: ${error}`));
    page.on('dialog', (dialog) => void dialog.dismiss().then(() => noted.push('dialog')));
    page.on('request', (request) => {
      if (request.url() !== address && !request.url().startsWith('data:')) noted.push(`request: ${request.url()}`);
    });
    await page.setViewport({ width, height: 900 });
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
    await page.goto(address, { waitUntil: 'load' });
    return { page, noted };
  }

  test.each([
    [1280, 'light'],
    [390, 'dark'],
  ] as const)('at %i pixels, %s: no request, no message, no overflow, and accessible', async (width, scheme) => {
    const { page, noted } = await opened(await writtenPage(), width, scheme);
    expect(noted).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await page.evaluate('for (const each of document.querySelectorAll("details")) each.open = true');
    const found = (await page.evaluate(`${axe.source}; axe.run(document, { resultTypes: ['violations'] })`)) as {
      readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
    };
    expect(found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
    expect(await page.$('img[src="x"]')).toBeNull();
  });

  test('a click on the head of a column sorts the table, and typing filters it', async () => {
    const rows = Array.from({ length: 9 }, (_, index) => [`row ${index}`, (index * 7) % 9]);
    const { DataTable } = await import('../../../src/shared/page/data-table.tsx');
    const columns = [{ name: 'name' }, { name: 'number', numeric: true }];
    const content = DataTable({ caption: 'numbers', columns, rows, sortable: true });
    const file = join(temporaryFolder(), 'table.html');
    writeFileSync(
      file,
      pageHtml({ title: 'a table', notes: [], sections: [{ id: 'table', title: 'Table', content }] }),
    );
    const { page } = await opened(pathToFileURL(file).href, 800, 'light');
    const numbers = async () =>
      (await page.evaluate(
        'Array.from(document.querySelectorAll("tbody tr:not([hidden]) td"), (each) => Number(each.textContent))',
      )) as readonly number[];
    await (await page.$$('th button'))[1]?.click();
    expect(await numbers()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    await (await page.$$('th button'))[1]?.click();
    expect(await numbers()).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0]);
    await page.type('input[type=search]', 'ROW 4');
    expect(await numbers()).toEqual([1]);
  });
});
