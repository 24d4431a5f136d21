import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Project, toFinished } from '../../support/project.ts';
import { fruit, restore } from './fruit.ts';

export interface Edit {
  readonly what: string;
  readonly edit: (project: Project) => void;
  /** The stages that must rerun, sorted. */
  readonly runs: readonly string[];
  /** Additional arguments and environment variables of `pipeline run`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export function edit(
  what: string,
  runs: readonly string[],
  how: (project: Project) => void,
  more: Pick<Edit, 'args' | 'env'> = {},
): Edit {
  return { what, edit: how, runs, ...more };
}

/** A pipeline that is edited. */
interface Edited {
  make(atEnd: (cleanUp: () => void) => void): Project;
  /** Undoes every edit. */
  restore(project: Project): void;
}

const FRUIT: Edited = { make: fruit, restore };

/**
 * Makes each edit to the finished pipeline, one after the other in the same folder, and compares which stages run with
 * the expected ones. After the edit is undone, nothing may run: the results of the earlier state are still in the cache.
 */
export function checkEdits(title: string, edits: readonly Edit[], pipeline: Edited = FRUIT): void {
  describe(title, () => {
    let project: Project;

    beforeAll(async () => {
      project = pipeline.make(afterAll);
      expect((await project.run()).exitCode).toBe(0);
    });

    test.each(edits.map((one) => [one.runs.join(', ') || 'nothing', one.what, one] as const))(
      'pipeline run reruns %s after this edit: %s',
      async (_runs, _what, { edit: make, runs, args = [], env = {} }) => {
        try {
          make(project);
          const run = toFinished(await project.start(['run', '--json', ...args], env));
          expect(run.exitCode, run.stderr).toBe(0);
          expect([...run.which('ran')].sort(), run.stderr).toEqual(runs);
        } finally {
          pipeline.restore(project);
        }
        const undone = await project.run();
        expect(undone.exitCode, undone.stderr).toBe(0);
        expect(undone.which('ran'), undone.stderr).toEqual([]);
      },
    );
  });
}
