import type { Problem } from '../../shared/problem.ts';
import type { DeclaredPipeline } from './declaration.ts';

/** Runtime facts of packages that a pipeline file declares. */
export interface DeclaredFacts {
  readonly name: string;
  readonly packages: readonly string[];
  /** Files or folders relative to a package's folder, with `/`. */
  readonly files: readonly string[];
  readonly env: readonly string[];
  readonly device: boolean;
}

/** Returns what a pipeline file declares under `runtime_facts`. `registered` are the names of built-in facts. */
export function declaredFacts(
  { pipeline, source }: DeclaredPipeline,
  registered: readonly string[],
): { readonly facts: readonly DeclaredFacts[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const facts = Object.entries(pipeline.runtime_facts ?? {}).map(([name, declared]): DeclaredFacts => {
    const { packages, files = [], env = [], device = false } = declared;
    const at = () => source.place(['runtime_facts', name], 'key');
    if (registered.includes(name)) {
      problems.push({
        message: `runtime fact "${name}" is built in and cannot be redeclared`,
        at: at(),
        advice: 'Choose another name. The action key then contains both facts.',
      });
    } else if (files.length === 0 && env.length === 0 && !device) {
      problems.push({
        message: `runtime fact "${name}" has none of files, env and device`,
        at: at(),
        advice: 'Add what the results of the packages depend on: files, env or device.',
      });
    }
    return { name, packages, files, env, device };
  });
  return { facts, problems };
}
