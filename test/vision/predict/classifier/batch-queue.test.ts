import { describe, expect, test } from 'vitest';
import { problem, success } from '../../../../src/shared/problem.ts';
import { BatchQueue, QueueFull } from '../../../../src/vision/predict/classifier/batch-queue.ts';

/** A batch that the test lets end. */
interface HeldBatch {
  readonly images: readonly string[];
  finish(): void;
  fail(error: Error): void;
}

/** A queue of names, of which `broken` ones cannot be decoded, and whose batches end when the test says so. */
function heldQueue(batchSizes: readonly number[], maxWaiting = 100) {
  const batches: HeldBatch[] = [];
  const asked: ((batch: HeldBatch) => void)[] = [];
  const decoded: string[] = [];
  const queue = new BatchQueue<string, string, string>({
    async decode(name) {
      decoded.push(name);
      return name.startsWith('broken') ? problem(`${name} is broken`) : success(name);
    },
    predict(images) {
      return new Promise((resolve, fail) => {
        const batch = { images, finish: () => resolve(images.map((name) => `answer to ${name}`)), fail };
        const next = asked.shift();
        if (next === undefined) batches.push(batch);
        else next(batch);
      });
    },
    batchSizes,
    maxWaiting,
  });
  const nextBatch = (): Promise<HeldBatch> => {
    const batch = batches.shift();
    return batch === undefined ? new Promise((resolve) => asked.push(resolve)) : Promise.resolve(batch);
  };
  return { queue, nextBatch, decoded, held: () => batches.length };
}

const names = (count: number, prefix = '') => Array.from({ length: count }, (_, index) => `${prefix}${index}`);
const answersTo = (images: readonly string[]) => images.map((name) => success(`answer to ${name}`));

describe('a queue of images', () => {
  test('predicts a single image at once, and puts those that come meanwhile into the next batches', async () => {
    const { queue, nextBatch } = heldQueue([1, 4]);
    const calls = [queue.add(['first'])];
    const first = await nextBatch();
    expect(first.images).toEqual(['first']);
    for (const name of names(5)) calls.push(queue.add([name]));
    const later = queue.add(['last', 'very last']);
    first.finish();
    const second = await nextBatch();
    expect(second.images).toEqual(['0', '1', '2', '3']);
    second.finish();
    const third = await nextBatch();
    expect(third.images).toEqual(['4', 'last', 'very last']);
    third.finish();
    expect(await Promise.all(calls)).toEqual([answersTo(['first']), ...names(5).map((name) => answersTo([name]))]);
    expect(await later).toEqual(answersTo(['last', 'very last']));
  });

  test('takes the largest batch of which at least half is there', async () => {
    const { queue, nextBatch } = heldQueue([1, 4, 16]);
    const blocking = queue.add(['blocking']);
    const held = await nextBatch();
    const results = queue.add(names(15));
    held.finish();
    await blocking;
    const sizes: number[] = [];
    for (let left = 15; left > 0; ) {
      const batch = await nextBatch();
      sizes.push(batch.images.length);
      left -= batch.images.length;
      batch.finish();
    }
    expect(sizes).toEqual([15]);
    expect(await results).toEqual(answersTo(names(15)));
  });

  test('gives a broken image its problem, and the others their answers', async () => {
    const { queue, nextBatch } = heldQueue([1]);
    const results = queue.add(['a', 'broken b', 'c']);
    for (const expected of ['a', 'c']) {
      const batch = await nextBatch();
      expect(batch.images).toEqual([expected]);
      batch.finish();
    }
    expect(await results).toEqual([success('answer to a'), problem('broken b is broken'), success('answer to c')]);
  });

  test('decodes no more than two batches ahead', async () => {
    const { queue, nextBatch, decoded } = heldQueue([1, 2]);
    const results = queue.add(names(20));
    const first = await nextBatch();
    // Everything that could be decoded by now has been, since decoding needs no more than promises here.
    await new Promise((resolve) => setImmediate(resolve));
    expect(decoded.length).toBe(first.images.length + 4);
    first.finish();
    for (let left = 20 - first.images.length; left > 0; ) {
      const batch = await nextBatch();
      left -= batch.images.length;
      batch.finish();
    }
    expect(await results).toEqual(answersTo(names(20)));
  });

  test('refuses a call when too many images wait, and takes one of any size when none waits', async () => {
    const { queue, nextBatch } = heldQueue([1], 3);
    const large = queue.add(names(6));
    const small = queue.add(['late']);
    await expect(small).rejects.toThrow(QueueFull);
    await expect(small).rejects.toThrow(/the queue is full: \d images waiting, at most 3 may/);
    for (const name of names(6)) {
      const batch = await nextBatch();
      expect(batch.images).toEqual([name]);
      batch.finish();
    }
    expect(await large).toEqual(answersTo(names(6)));
  });

  test('rejects an aborted call with its reason, and predicts none of its images any more', async () => {
    const { queue, nextBatch, decoded, held } = heldQueue([1]);
    const blocking = queue.add(['blocking']);
    const first = await nextBatch();
    const abort = new AbortController();
    const aborted = queue.add(names(10, 'aborted '), abort.signal);
    const kept = queue.add(['kept']);
    abort.abort(new Error('the client has gone'));
    await expect(aborted).rejects.toThrow('the client has gone');
    first.finish();
    const next = await nextBatch();
    expect(next.images).toEqual(['kept']);
    next.finish();
    expect(await kept).toEqual(answersTo(['kept']));
    expect(held()).toBe(0);
    expect(decoded).not.toContain('aborted 5');
    await blocking;
    await expect(queue.add(['never'], abort.signal)).rejects.toThrow('the client has gone');
  });

  test('rejects the images of a batch that fails, and predicts the next one', async () => {
    const { queue, nextBatch } = heldQueue([1]);
    const [first, second] = [queue.add(['first']), queue.add(['second'])];
    (await nextBatch()).fail(new Error('out of memory'));
    await expect(first).rejects.toThrow('out of memory');
    (await nextBatch()).finish();
    expect(await second).toEqual(answersTo(['second']));
  });

  test('that is closed finishes the batch under way, and rejects all others', async () => {
    const { queue, nextBatch } = heldQueue([1]);
    const first = queue.add(['first']);
    const batch = await nextBatch();
    const second = queue.add(names(5));
    const closed = queue.close();
    await expect(second).rejects.toThrow('disposed');
    let isClosed = false;
    const noted = closed.then(() => {
      isClosed = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isClosed).toBe(false);
    batch.finish();
    await noted;
    expect(await first).toEqual(answersTo(['first']));
    await expect(queue.add(['third'])).rejects.toThrow('disposed');
  });
});
