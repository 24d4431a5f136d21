import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

type Answer = { readonly result: unknown } | { readonly error: string };

/** A Python process in which Keras, TensorFlow, `h5py`, `numpy`, `PIL`, `pyarrow` and `datasets` can be imported. */
export class Keras {
  readonly #python: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #answers: AsyncIterator<string>;
  /** The last output on stderr, mostly TensorFlow's log. */
  #stderr = '';

  /** @param root the folder of this repository, which bundled code has to pass. */
  constructor(interpreter: string, root = resolve(import.meta.dirname, '../..')) {
    this.#python = spawn(interpreter, [join(root, 'test/support/keras-worker.py')], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, CUDA_VISIBLE_DEVICES: '', TF_CPP_MIN_LOG_LEVEL: '2' },
    });
    this.#answers = createInterface({ input: this.#python.stdout })[Symbol.asyncIterator]();
    this.#python.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-4000);
    });
  }

  /**
   * Runs a Python snippet with `variables` as globals, and returns the JSON value that it assigns to `result`. Imported
   * modules stay loaded between snippets, variables do not persist. Only one snippet can run at a time.
   */
  async run<Value = void>(script: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Value> {
    this.#python.stdin.write(`${JSON.stringify({ script, variables })}\n`);
    const line = await this.#answers.next();
    if (line.done) throw new Error(`Python has ended:\n${this.#stderr}`);
    const answer = JSON.parse(line.value) as Answer;
    if ('error' in answer) throw new Error(answer.error);
    return answer.result as Value;
  }

  end(): void {
    this.#python.stdin.end();
  }
}
