import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { stageElements } from '../../../../src/engine/page/elements/stage-elements.tsx';
import type { ReportArtifact } from '../../../../src/shared/extensions/report.ts';
import { temporaryFolder, writeFiles } from '../../../support/dataset.ts';

const HOSTILE = '<img src=x onerror=alert(1)>"\u202E</script>';

/** An output `report.json` with this content. */
function fileArtifact(content: unknown, file = 'report.json'): ReportArtifact {
  const path = join(temporaryFolder(), 'content');
  if (content === undefined) mkdirSync(path);
  else writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return { stage: 'audit', output: file.split('.')[0] ?? '', file, kind: 'file', path };
}

/** An output folder with this `report.json` and other files. */
function folderArtifact(content: unknown, files: Readonly<Record<string, Buffer>> = {}): ReportArtifact {
  const path = temporaryFolder();
  writeFiles(path, { 'report.json': JSON.stringify(content) });
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(path, name), bytes);
  return { stage: 'audit', output: 'figures', file: 'figures', kind: 'directory', path };
}

async function shown(...artifacts: readonly ReportArtifact[]) {
  const sections = await stageElements(artifacts);
  return sections.map(({ id, title, content }) => ({ id, title, html: renderToString(h('div', {}, content)) }));
}

/** The HTML of the only element. */
async function htmlOf(content: unknown): Promise<string> {
  return (await shown(fileArtifact(content)))[0]?.html ?? '';
}

const png = () =>
  sharp({ create: { width: 8, height: 4, channels: 3, background: 'red' } })
    .png()
    .toBuffer();

describe('a stage adds an element to the report', () => {
  test('with a title, paragraphs and a table whose numbers are sorted by their values', async () => {
    const [element] = await shown(
      fileArtifact({
        title: 'Drift',
        content: [
          { text: 'First.\n\nSecond.' },
          {
            table: {
              columns: ['camera', 'share', 'known'],
              rows: [
                ['a', 0.123456789, true],
                ['b', null, false],
              ],
            },
          },
        ],
      }),
    );
    expect(element).toMatchObject({ id: 'element-1', title: 'Drift (audit.report)' });
    expect(element?.html).toContain('<p>First.</p><p>Second.</p>');
    expect(element?.html).toContain('<caption>Drift</caption>');
    expect(element?.html).toContain('<td class="number" data-order="0.123456789">0.123457</td><td>true</td>');
    expect(element?.html).toContain('<td class="number"></td><td>false</td>');
  });

  test.each([
    ['line', 'solid: train, dashed: test', /<g[^>]*stroke-dasharray="6,4"><path/],
    ['bar', 'Over the epochs', /<rect/],
    ['dot', 'Over the epochs', /<circle/],
  ])('with a chart of kind %s', async (kind, caption, mark) => {
    const series = [
      {
        name: 'train',
        points: [
          [1, 3],
          [2, 2],
        ],
      },
      {
        name: 'test',
        points: [
          [1, 4],
          [2, null],
          [3, 5],
        ],
      },
    ];
    const html = await htmlOf({
      title: 'Loss',
      content: [{ chart: { kind, caption: 'Over the epochs', x: 'epoch', y: 'loss', series } }],
    });
    expect(html).toMatch(mark);
    expect(html).toContain(caption);
    expect(html).toMatch(/<svg[^>]* aria-label="(Lines|Bars|Dots): Over the epochs \(train, test\)"/);
    expect(html).toMatch(/>\s*(↑ )?(loss|epoch)( →)?\s*</);
  });

  test('with texts on an axis, in the order of the points', async () => {
    const points = [
      ['zebra', 2],
      ['ant', 1],
    ];
    for (const kind of ['bar', 'line', 'dot']) {
      const html = await htmlOf({ title: 'Animals', content: [{ chart: { kind, series: [{ points }] } }] });
      expect(html.indexOf('>zebra<')).toBeGreaterThan(0);
      expect(html.indexOf('>zebra<')).toBeLessThan(html.indexOf('>ant<'));
    }
  });

  test('with images beside report.json, scaled down', async () => {
    const large = await sharp({ create: { width: 1600, height: 800, channels: 3, background: 'red' } })
      .png()
      .toBuffer();
    const [element] = await shown(
      folderArtifact(
        { title: 'Maps', content: [{ images: [{ file: 'map.png', caption: 'A map' }] }] },
        { 'map.png': large },
      ),
    );
    const [, base64 = ''] = /<img src="data:image\/webp;base64,([^"]+)" alt="A map"/.exec(element?.html ?? '') ?? [];
    expect(await sharp(Buffer.from(base64, 'base64')).metadata()).toMatchObject({ width: 640, height: 320 });
  });

  test('under any name that ends in report.json, several in a run, and no other output is one', async () => {
    const content = { title: 'One', content: [{ text: 'a' }] };
    const other = fileArtifact(content, 'metrics.json');
    const titles = await shown(
      fileArtifact(content),
      other,
      fileArtifact({ ...content, title: 'Two' }, 'b.report.json'),
    );
    expect(titles.map(({ title }) => title)).toEqual(['One (audit.report)', 'Two (audit.b)']);
  });
});

describe('an element that is invalid is said on the page', () => {
  test.each([
    ['no JSON', '{"title": NaN}', 'it cannot be read: it is not valid JSON'],
    [
      'an infinite number',
      '{"title":"a","content":[{"table":{"columns":["a"],"rows":[[1e999]]}}]}',
      'rows/0/0 must be',
    ],
    ['a file that is a folder', undefined, 'it cannot be read: it is a folder'],
    ['a missing title', { content: [{ text: 'a' }] }, "report.json must have required property 'title'"],
    ['an unknown key', { title: 'a', content: [{ html: '<b>' }] }, 'report.json/content/0 must NOT have additional'],
    [
      'a point without y',
      { title: 'a', content: [{ chart: { kind: 'dot', series: [{ points: [[1]] }] } }] },
      'report.json/content/0/chart/series/0/points/0 must NOT have fewer than 2 items',
    ],
    ['too much', { title: 'a', content: [{ text: 'a'.repeat(1_000_001) }] }, 'take more than 1.0 MB together'],
  ])('for %s', async (_, content, message) => {
    const [element] = await shown(fileArtifact(content));
    expect(element?.title).toBe('audit.report');
    expect(element?.html).toContain('The element that audit.report adds is not shown');
    expect(element?.html.replaceAll('&quot;', '"')).toContain(message);
  });

  test('and the others are shown', async () => {
    const [first, second] = await shown(
      fileArtifact('nothing'),
      fileArtifact({ title: 'b', content: [{ text: 'b' }] }),
    );
    expect(first?.html).toContain('is not shown');
    expect(second?.title).toBe('b (audit.report)');
  });

  test('and so is an image that is missing, elsewhere, no image, damaged, or of an element without a folder', async () => {
    const images = ['none.png', '../secret.png', 'link.png', 'text.png', 'damaged.png'].map((file) => ({ file }));
    const artifact = folderArtifact(
      { title: 'a', content: [{ images }] },
      { 'text.png': Buffer.from('text'), 'damaged.png': (await png()).subarray(0, 40) },
    );
    const secret = temporaryFolder();
    mkdirSync(secret, { recursive: true });
    writeFileSync(join(secret, 'secret.png'), await png());
    symlinkSync(join(secret, 'secret.png'), join(artifact.path, 'link.png'));
    const html = (await shown(artifact))[0]?.html ?? '';
    expect(html).not.toContain('<img');
    expect(html).toContain('none.png is not shown: there is no such file');
    expect(html).toContain('../secret.png is not shown: it is not in the folder');
    expect(html).toContain('link.png is not shown: it is not in the folder');
    expect(html).toContain('text.png is not shown: it is not a PNG, JPEG, WebP or GIF file');
    expect(html).toContain('damaged.png is not shown: it cannot be decoded');
    expect(await htmlOf({ title: 'a', content: [{ images }] })).toContain('needs a folder as the output');
  });
});

test('everything that a stage writes is escaped, and nothing in it is invisible', async () => {
  const series = [
    {
      name: HOSTILE,
      points: [
        [HOSTILE, 1],
        [`${HOSTILE}2`, 2],
      ],
    },
    { name: `${HOSTILE}2`, points: [[HOSTILE, 1]] },
  ];
  const charts = ['line', 'bar', 'dot'].map((kind) => ({
    chart: { kind, caption: HOSTILE, x: HOSTILE, y: HOSTILE, series },
  }));
  const table = { caption: HOSTILE, columns: [HOSTILE], rows: [[HOSTILE]] };
  const images = [{ file: HOSTILE, caption: HOSTILE }];
  const [element] = await shown(
    folderArtifact({ title: HOSTILE, content: [{ text: HOSTILE, table, images }, ...charts] }),
    fileArtifact({ title: 'a', [HOSTILE]: 1, content: [] }),
  );
  expect(element?.html).toContain('&lt;img src=x');
  expect(element?.html).not.toMatch(/<img|<\/script|\u202E/);
  expect(element?.title).not.toContain('\u202E');
});

test('the largest numbers and empty series are drawn, too', async () => {
  const points = '[[1e308, 1e308], [-1e308, -1e308], [0, 1e-320]]';
  for (const kind of ['line', 'bar', 'dot']) {
    for (const each of [points, '[]']) {
      const html = await htmlOf(`{"title":"a","content":[{"chart":{"kind":"${kind}","series":[{"points":${each}}]}}]}`);
      expect(html).toContain('<svg');
      expect(html).not.toContain('NaN');
    }
  }
});

test('of many rows and points a part is shown, and said to be one', async () => {
  const rows = Array.from({ length: 1234 }, (_, index) => [index]);
  const points = Array.from({ length: 9000 }, (_, index) => [index, index % 7]);
  const html = await htmlOf({
    title: 'Many',
    content: [{ table: { columns: ['n'], rows } }, { chart: { kind: 'dot', series: [{ points }] } }],
  });
  expect(html).toContain('Many (the first 500 of 1,234 rows)');
  expect(html.match(/<tr>/g)).toHaveLength(501);
  expect(html.match(/<circle/g)).toHaveLength(2000);
  expect(html).toContain('Many; 2000 of 9000 points');
});
