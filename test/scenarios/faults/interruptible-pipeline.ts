import { Project } from '../../support/project.ts';

/** A pipeline whose stages leave incomplete outputs wherever they are killed. */
export function interruptiblePipeline(atEnd: (cleanUp: () => void) => void): Project {
  return new Project(
    {
      'pipeline.yaml': `stages:
  large:
    module: stages/large.ts
  many:
    module: stages/many.ts
  resume:
    module: stages/resume.ts
    inputs: { large: large.file, many: many.files }
`,
      // A few megabytes, written piece by piece.
      'stages/large.ts': `import { appendFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  outputs: ['file'],
  run({ outputs, progress }) {
    for (let piece = 0; piece < 16; piece++) {
      appendFileSync(outputs.file, Buffer.alloc(1 << 18, piece));
      progress({ done: piece + 1, total: 16 });
    }
  },
});
`,
      'stages/many.ts': `import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineStage } from 'pipeline';

export default defineStage({
  outputs: ['files'],
  run({ outputs, log }) {
    mkdirSync(join(outputs.files, 'inner'), { recursive: true });
    for (let file = 0; file < 100; file++) writeFileSync(join(outputs.files, 'inner', String(file)), 'file ' + file);
    log('made');
  },
});
`,
      // Resumes from its checkpoint. The result does not depend on how often it was interrupted.
      'stages/resume.ts': `import { existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineStage } from 'pipeline';

export default defineStage({
  inputs: ['large', 'many'],
  outputs: ['sum.json'],
  run({ inputs, outputs, work, log }) {
    const checkpoint = join(work, 'checkpoint');
    const start = existsSync(checkpoint) ? Number(readFileSync(checkpoint, 'utf8')) : 0;
    for (let step = start; step < 5; step++) {
      writeFileSync(checkpoint + '.new', String(step + 1));
      renameSync(checkpoint + '.new', checkpoint);
      log('step ' + step);
    }
    const files = readdirSync(inputs.many, { recursive: true }).length;
    writeFileSync(outputs.sum, JSON.stringify({ files, bytes: statSync(inputs.large).size, steps: 5 }));
  },
});
`,
    },
    atEnd,
  );
}
