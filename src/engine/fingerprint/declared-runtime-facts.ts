import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RuntimeFacts } from '../../shared/extensions/runtime-facts.ts';
import { success } from '../../shared/problem.ts';
import type { DeclaredFacts } from '../plan/runtime-facts.ts';
import type { SealedTrees } from './sealed-trees.ts';

/** Turns the runtime facts that a pipeline file declares into readable ones. Reads a file only if it has changed. */
export function toRuntimeFacts(declared: DeclaredFacts, trees: SealedTrees): RuntimeFacts {
  const { name, packages, files, env, device } = declared;
  return {
    name,
    label: name,
    packages,
    env,
    read({ folder }, { hasGpu }) {
      const facts: Record<string, string> = device ? { device: hasGpu ? 'gpu' : 'cpu' } : {};
      for (const file of files) {
        const path = join(folder, file);
        const tree = trees.of(path);
        if (!tree.ok && existsSync(path)) return tree;
        facts[`file ${file}`] = tree.ok ? tree.value.digest : 'absent';
      }
      return success(facts);
    },
  };
}
