import { type Result, success } from '../../../shared/problem.ts';
import { counted } from '../../../shared/wording.ts';

/** So many images are waiting that no further ones are taken. A server answers 503 to this. */
export class QueueFull extends Error {
  override readonly name = 'QueueFull';

  constructor(waiting: number, maxWaiting: number) {
    super(`the queue is full: ${counted(waiting, 'image')} waiting, at most ${maxWaiting} may. Try again later.`);
  }
}

/** What is done with the images of a queue. */
export interface BatchWork<Source, Image, Answer> {
  /** Decodes an image. A failure is the result of this image alone. */
  decode(source: Source): Promise<Result<Image>>;
  /** Answers for a batch, in its order. Is called again only when it has ended. */
  predict(images: readonly Image[]): Promise<readonly Answer[]>;
  /** The numbers of images that are predicted at once, in ascending order, beginning with 1. */
  readonly batchSizes: readonly number[];
  /** The number of images that may wait for being decoded. One call may exceed it while no other image waits. */
  readonly maxWaiting: number;
}

/** An image on its way through the queue. */
interface Job<Source, Answer> {
  readonly source: Source;
  readonly settle: (result: Result<Answer>) => void;
  readonly fail: (error: unknown) => void;
  /** Whether nobody waits for it any more. */
  isDropped: boolean;
}

/**
 * Predicts images that come at any time in batches: whatever has been decoded while the model was busy goes into the next
 * one, so that a single image never waits for others. Decoded images are limited to two batches.
 */
export class BatchQueue<Source, Image, Answer> {
  readonly #work: BatchWork<Source, Image, Answer>;
  readonly #waiting = new Set<Job<Source, Answer>>();
  readonly #decoding = new Map<Job<Source, Answer>, Promise<void>>();
  readonly #decoded = new Map<Job<Source, Answer>, Image>();
  #predicting: Promise<void> | undefined;
  #isClosed = false;

  constructor(work: BatchWork<Source, Image, Answer>) {
    this.#work = work;
  }

  /**
   * Adds images, and returns their results in their order.
   *
   * @throws `QueueFull` if too many are waiting, the signal's reason if it is aborted, and what `predict` throws.
   */
  async add(sources: readonly Source[], signal?: AbortSignal): Promise<readonly Result<Answer>[]> {
    signal?.throwIfAborted();
    if (this.#isClosed) throw disposed();
    const { maxWaiting } = this.#work;
    const { size: waiting } = this.#waiting;
    if (waiting > 0 && waiting + sources.length > maxWaiting) throw new QueueFull(waiting, maxWaiting);
    const jobs: Job<Source, Answer>[] = [];
    const results = sources.map(
      (source) =>
        new Promise<Result<Answer>>((settle, fail) => {
          jobs.push({ source, settle, fail, isDropped: false });
        }),
    );
    for (const job of jobs) this.#waiting.add(job);
    const abort = () => this.#drop(jobs, signal?.reason);
    signal?.addEventListener('abort', abort, { once: true });
    this.#decodeNext();
    try {
      return await Promise.all(results);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }

  /** Rejects all images that are not being predicted, and waits until nothing is under way. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#drop([...this.#waiting, ...this.#decoding.keys(), ...this.#decoded.keys()], disposed());
    await Promise.all([...this.#decoding.values(), this.#predicting]);
  }

  #drop(jobs: readonly Job<Source, Answer>[], reason: unknown): void {
    for (const job of jobs) {
      job.isDropped = true;
      this.#waiting.delete(job);
      this.#decoded.delete(job);
      job.fail(reason);
    }
    this.#decodeNext();
  }

  #decodeNext(): void {
    const most = 2 * (this.#work.batchSizes.at(-1) ?? 1);
    for (const job of this.#waiting) {
      if (this.#decoding.size + this.#decoded.size >= most) return;
      this.#waiting.delete(job);
      this.#decoding.set(job, this.#decode(job));
    }
  }

  async #decode(job: Job<Source, Answer>): Promise<void> {
    try {
      const image = await this.#work.decode(job.source);
      if (!image.ok) job.settle(image);
      else if (!job.isDropped) this.#decoded.set(job, image.value);
    } catch (error) {
      job.fail(error);
    }
    this.#decoding.delete(job);
    this.#decodeNext();
    if (this.#decoded.size > 0) this.#predicting ??= this.#predictAll();
  }

  async #predictAll(): Promise<void> {
    while (this.#decoded.size > 0) {
      const batch = [...this.#decoded].slice(0, this.#nextSize());
      for (const [job] of batch) this.#decoded.delete(job);
      this.#decodeNext();
      try {
        const answers = await this.#work.predict(batch.map(([, image]) => image));
        for (const [index, answer] of answers.entries()) batch[index]?.[0].settle(success(answer));
      } catch (error) {
        for (const [job] of batch) job.fail(error);
      }
    }
    this.#predicting = undefined;
  }

  /** Returns the size of the largest batch of which at least half is there: a fuller one would be faster for each image. */
  #nextSize(): number {
    return this.#work.batchSizes.findLast((size) => this.#decoded.size >= size / 2) ?? 1;
  }
}

function disposed(): Error {
  return new Error('The classifier has been disposed of.');
}
