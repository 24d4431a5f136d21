import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pagesOf } from './markdown.ts';
import { referenceFiles } from './reference.ts';
import { recordPage, withTranscripts } from './transcript.ts';

/** Writes what is generated of README and docs/, and returns the faults of commands that they show. */
export async function writeDocs(root: string): Promise<readonly string[]> {
  for (const [path, text] of Object.entries(referenceFiles(root))) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  const faults: string[] = [];
  for (const [path, page] of pagesOf(root)) {
    const recorded = await recordPage(root, page);
    faults.push(...recorded.flatMap((each) => each.faults.map((fault) => `${path}:${each.block.line}: ${fault}`)));
    const updated = withTranscripts(page, recorded);
    if (updated !== page) writeFileSync(join(root, path), updated);
  }
  return faults;
}
