import type { Problem } from '../../shared/problem.ts';
import type { DeclaredPipeline } from './declaration.ts';

/** Runtime facts that a pipeline file declares of packages. */
export interface DeclaredFacts {
  readonly name: string;
  readonly packages: readonly string[];
  /** Files or folders in a package's folder, with `/`. */
  readonly files: readonly string[];
  readonly env: readonly string[];
  readonly device: boolean;
}

/** Returns what a pipeline file declares under `runtime_facts`. `registered`: the names that are taken. */
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
        message: `runtime fact "${name}" is built in, and cannot be declared again`,
        at: at(),
        advice: `Give it another name: what it declares then counts together with the built-in fact.`,
      });
    } else if (files.length === 0 && env.length === 0 && !device) {
      problems.push({
        message: `runtime fact "${name}" says nothing about its packages`,
        at: at(),
        advice: 'Add what their results depend on: files, env or device.',
      });
    }
    return { name, packages, files, env, device };
  });
  return { facts, problems };
}
