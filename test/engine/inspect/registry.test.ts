import { describe, expect, test, vi } from 'vitest';
import type { Viewed, Viewer } from '../../../src/shared/extensions/viewer.ts';
import { temporaryFolder, writeFiles } from '../../support/dataset.ts';
import { fileOf, inspectPath } from '../../support/inspect-path.ts';

/** Accepts everything as a recipe. */
const recipes: Viewer = {
  inspect: async ({ name }) => ({ content: { kind: 'recipe' }, describe: () => [`recipe of ${name}`] }),
};

/** Accepts nothing. */
const shy = () => ({ inspect: vi.fn(async () => undefined) });

/** Adds a price to the description of the viewers after it. */
const prices: Viewer = {
  async inspect(_viewed, others) {
    const found = await others();
    const content = { ...found.content, price: 3 };
    return { ...found, content, describe: (view) => [...found.describe(view), view.paint('bold', 'for 3')] };
  },
};

/** Records what it is told. */
function witness(): Viewer & { shown: Viewed[] } {
  const shown: Viewed[] = [];
  return {
    shown,
    async inspect(viewed) {
      shown.push(viewed);
      return undefined;
    },
  };
}

describe('a registered viewer', () => {
  test('a registered viewer takes precedence over the viewers of the engine', async () => {
    expect(await inspectPath(fileOf('soup.json', '{"salt": 1}'), { viewers: [recipes] })).toEqual({
      content: { kind: 'recipe' },
      lines: ['recipe of soup.json'],
    });
  });

  test('an artifact that a registered viewer does not accept is left to the next one, and finally to the engine', async () => {
    const path = fileOf('soup.json', '{"salt": 1}');
    const viewers = [shy(), shy()];
    expect(await inspectPath(path, { viewers })).toEqual(await inspectPath(path));
    for (const { inspect } of viewers) expect(inspect).toHaveBeenCalledOnce();
    expect((await inspectPath(path, { viewers: [shy(), recipes, prices] })).content).toEqual({ kind: 'recipe' });
  });

  test('a registered viewer can extend the description of the viewers after it', async () => {
    const path = fileOf('soup.txt', 'salt\n');
    expect(await inspectPath(path, { viewers: [prices] })).toEqual({
      content: { kind: 'text', bytes: 5, lines: 1, first: ['salt'], price: 3 },
      lines: ['text, 1 line, 5 B', '  salt', 'for 3'],
    });
    expect((await inspectPath(path, { viewers: [prices, recipes] })).lines).toEqual(['recipe of soup.txt', 'for 3']);
  });

  test('a registered viewer can add lines before the list of files of a directory', async () => {
    const root = temporaryFolder();
    const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
    writeFiles(root, { 'dot.png': Buffer.from(pixel, 'base64') });
    const { lines } = await inspectPath(root, { viewers: [prices] });
    expect(lines).toEqual([
      '1 image, 70 B: 1 PNG',
      '  1 × 1 pixels',
      'for 3',
      'directory, 1 file, 70 B',
      '  dot.png     70 B',
    ]);
  });

  test('the other viewers are not asked twice if a viewer asks them and then does not accept the artifact', async () => {
    const undecided: Viewer = {
      async inspect(_viewed, others) {
        await others();
        await others();
        return undefined;
      },
    };
    const next = shy();
    const { content } = await inspectPath(fileOf('soup.txt', 'salt\n'), { viewers: [undecided, next] });
    expect(content.kind).toBe('text');
    expect(next.inspect).toHaveBeenCalledOnce();
  });
});

describe('what a viewer is told about an artifact', () => {
  test('a viewer gets the name, size, first bytes and JSON of a file', async () => {
    const path = fileOf('soup.json', `{"salt": "${'1'.repeat(10_000)}"}`);
    const viewer = witness();
    await inspectPath(path, { viewers: [viewer] });
    const [viewed] = viewer.shown;
    expect(viewed).toMatchObject({ path, name: 'soup.json', kind: 'file', bytes: 10_012, files: [] });
    expect(viewed?.head).toHaveLength(8192);
    expect(viewed?.json()).toEqual({ value: { salt: '1'.repeat(10_000) } });
    expect(viewed?.json()).toBe(viewed?.json());
  });

  test.each([
    ['a.json', '{"a": '],
    ['a.csv', '{"a": 1}'],
    ['a.txt', 'true'],
    ['a.json', '"\0"'],
  ])('a viewer gets no JSON from the file %s with %j', async (name, text) => {
    const viewer = witness();
    await inspectPath(fileOf(name, text), { viewers: [viewer] });
    expect(viewer.shown[0]?.json()).toBeUndefined();
  });

  test('a viewer gets all files of a directory, with the sum of their sizes', async () => {
    const root = temporaryFolder();
    writeFiles(root, { 'b/c.txt': 'four', 'a.txt': 'one' });
    const viewer = witness();
    await inspectPath(root, { viewers: [viewer] });
    const [viewed] = viewer.shown;
    const files = [
      { path: 'a.txt', bytes: 3 },
      { path: 'b/c.txt', bytes: 4 },
    ];
    expect(viewed).toMatchObject({ path: root, kind: 'directory', bytes: 7, files });
    expect(viewed?.head).toHaveLength(0);
    expect(viewed?.json()).toBeUndefined();
  });
});
