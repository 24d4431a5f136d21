import { writeJson, writeText } from '../../shared/text/output.ts';
import type { Emit } from '../execute/events.ts';
import { contentProgressJson } from '../report/content-progress.ts';
import { plainContentReporter } from '../report/plain.ts';

/** Reports how far the work on inputs and outputs has got, to commands that report nothing else of a run. */
export function contentReporter({ json }: { readonly json: boolean }): Emit {
  const plain = plainContentReporter((text) => writeText(process.stderr, text));
  return (event) => {
    if (event.type !== 'content-progress') return;
    plain(event);
    if (json) writeJson(process.stdout, contentProgressJson(event));
  };
}
