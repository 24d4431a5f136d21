import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A stage that has started and is held until the test releases it. */
export interface HeldStage {
  readonly name: string;
  readonly pid: number;
  /** Lets it finish. */
  finish(): void;
  /** Resolves when its process has ended. */
  readonly gone: Promise<void>;
}

/** Holds stages open: a stage that calls `hold(name)` of GATE_MODULE continues only when the test lets it finish. */
export class Gate {
  readonly address: string;
  readonly #arrived: HeldStage[] = [];
  readonly #waiting: ((stage: HeldStage) => void)[] = [];

  private constructor(address: string) {
    this.address = address;
  }

  static async open(): Promise<Gate> {
    const directory = mkdtempSync(join(tmpdir(), 'pipeline-gate-'));
    const gate = new Gate(join(directory, 'gate'));
    const server = createServer((socket) => gate.#greet(socket));
    await new Promise<void>((resolve) => server.listen(gate.address, resolve));
    onTestFinished(() => {
      server.close();
      rmSync(directory, { recursive: true, force: true });
    });
    return gate;
  }

  /** Resolves with the next stage that calls `hold`. */
  next(): Promise<HeldStage> {
    const stage = this.#arrived.shift();
    return stage === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(stage);
  }

  /** The number of held stages that `next` has not returned yet. */
  get unasked(): number {
    return this.#arrived.length;
  }

  #greet(socket: Socket): void {
    const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => undefined);
    socket.once('data', (data) => {
      const { name, pid } = JSON.parse(data.toString()) as { name: string; pid: number };
      const stage = { name, pid, gone, finish: () => void socket.write('go') };
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#arrived.push(stage);
      else waiting(stage);
    });
  }
}

/** The text of `lib/gate.ts` in a test project. A stage that uses it must declare `env: [GATE]`. */
export const GATE_MODULE = `
import { connect } from 'node:net';

export async function hold(name: string): Promise<void> {
  const socket = connect(process.env.GATE ?? '');
  socket.write(JSON.stringify({ name, pid: process.pid }));
  await new Promise<void>((resolve) => socket.once('data', () => resolve()));
  socket.destroy();
}
`;
