import type { JobRequest } from './job.ts';

export interface Node {
  readonly name: string;
  isUp: boolean;
  cpus: number;
  memory: number;
  gpus: number;
}

export interface NodeOptions {
  readonly nodes: number;
  readonly cpusPerNode: number;
  /** Megabytes. */
  readonly memoryPerNode: number;
  readonly gpusPerNode: number;
}

/** The nodes of a cluster, each with what is free on it. */
export class Nodes {
  readonly #all: readonly Node[];
  readonly #options: NodeOptions;

  constructor(options: NodeOptions) {
    this.#options = options;
    const { cpusPerNode: cpus, memoryPerNode: memory, gpusPerNode: gpus } = options;
    this.#all = Array.from({ length: options.nodes }, (_, index) => {
      return { name: `n${index + 1}`, isUp: true, cpus, memory, gpus };
    });
  }

  /** Returns whether any node is large enough when nothing else runs on it. */
  couldRun({ cpus, memory, gpus }: JobRequest): boolean {
    const { cpusPerNode, memoryPerNode, gpusPerNode } = this.#options;
    return cpus <= cpusPerNode && memory <= memoryPerNode && gpus <= gpusPerNode;
  }

  /** Returns the first node that has room for a job. */
  findFor({ cpus, memory, gpus, excluded }: JobRequest): Node | undefined {
    return this.#all.find(
      (node) =>
        node.isUp && node.cpus >= cpus && node.memory >= memory && node.gpus >= gpus && !excluded.includes(node.name),
    );
  }

  find(name: string): Node {
    const node = this.#all.find((each) => each.name === name);
    if (node === undefined) throw new Error(`there is no node ${name}`);
    return node;
  }
}

export function take(node: Node, { cpus, memory, gpus }: JobRequest): void {
  node.cpus -= cpus;
  node.memory -= memory;
  node.gpus -= gpus;
}

export function giveBack(node: Node, { cpus, memory, gpus }: JobRequest): void {
  node.cpus += cpus;
  node.memory += memory;
  node.gpus += gpus;
}

/** Jobs with the same shape fit on the same nodes. */
export function shapeOf({ cpus, memory, gpus, excluded }: JobRequest): string {
  return [cpus, memory, gpus, ...excluded].join(' ');
}
