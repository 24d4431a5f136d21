import { linkSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { sha256 } from '../../../src/engine/fingerprint/digest.ts';
import type { Trees } from '../../../src/engine/fingerprint/trees.ts';
import { temporaryFolder } from '../../support/dataset.ts';
import { unwrap } from '../../support/result.ts';
import { treesIn } from '../../support/results.ts';

const YEAR_2001 = 1_000_000_000;

let file: string;
let link: string;
let trees: Trees;

beforeEach(() => {
  const root = temporaryFolder();
  [file = '', link = ''] = ['file', 'link'].map((name) => join(root, name));
  trees = treesIn(join(root, 'index'));
  writeFileSync(file, 'aaaa');
  utimesSync(file, YEAR_2001, YEAR_2001);
});

/** Lets the file be this many milliseconds old: a file younger than 20 may change again in the tick of its times. */
function age(milliseconds: number): void {
  vi.spyOn(Date, 'now').mockReturnValue(Math.ceil(statSync(file).ctimeMs) + milliseconds);
  onTestFinished(() => void vi.restoreAllMocks());
}

async function digest(): Promise<string> {
  return unwrap(await trees.of(file)).digest;
}

/** Overwrites the file with other bytes of the same length and resets its time, so that only reading it reveals that. */
function changeUnseen(): void {
  writeFileSync(file, 'bbbb');
  utimesSync(file, YEAR_2001, YEAR_2001);
}

describe('the digest of a file to which a hard link is made', () => {
  test('stays known: the file is not read again', async () => {
    age(1000);
    await digest();
    trees.whileLinking(file, () => {
      linkSync(file, link);
      changeUnseen();
    });
    expect(await digest()).toBe(sha256('aaaa'));
  });

  test('stays known when the link is deleted', async () => {
    linkSync(file, link);
    age(1000);
    await digest();
    trees.whileLinking(file, () => {
      rmSync(link);
      changeUnseen();
    });
    expect(await digest()).toBe(sha256('aaaa'));
  });

  test.each(['before', 'after'])(
    'is computed again if the file changed %s that, without a change of its size and time',
    async (when) => {
      age(1000);
      await digest();
      if (when === 'before') changeUnseen();
      trees.whileLinking(file, () => linkSync(file, link));
      if (when === 'after') changeUnseen();
      expect(await digest()).toBe(sha256('bbbb'));
    },
  );

  test('is computed again if the file was written to meanwhile', async () => {
    age(1000);
    await digest();
    trees.whileLinking(file, () => {
      linkSync(file, link);
      writeFileSync(link, 'bbbb');
    });
    expect(await digest()).toBe(sha256('bbbb'));
  });

  test('is computed again if the file had just been written, since its times could be the same after another change', async () => {
    age(1);
    await digest();
    trees.whileLinking(file, () => {
      linkSync(file, link);
      changeUnseen();
    });
    expect(await digest()).toBe(sha256('bbbb'));
  });

  test('is not made up for a file that was never read', async () => {
    trees.whileLinking(file, () => linkSync(file, link));
    expect(await digest()).toBe(sha256('aaaa'));
  });
});
