import { GATE_MODULE } from '../../support/gate.ts';
import { Project } from '../../support/project.ts';

/** A small pipeline that runs: two branches that read one folder, and a stage that joins them. */
export const TOY = {
  'pipeline.yaml': `name: toy
params: { greeting: hello } # shared
stages:
  read:
    module: stages/read.ts
    inputs: { folder: ./data }
  shout:
    module: stages/shout.ts
    inputs: { text: read.text }
    params: { greeting: "\${greeting}" }
  count:
    module: stages/count.ts
    inputs: { text: read.text }
  join:
    module: stages/join.ts
    inputs: { left: shout.text, right: count.count }
`,
  'data/a.txt': 'one two\n',
  'data/b.txt': 'three\n',
  'stages/read.ts': `import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineStage } from 'pipeline';

export default defineStage({
  inputs: ['folder'],
  outputs: ['text.txt'],
  run({ inputs, outputs, progress }) {
    const files = readdirSync(inputs.folder).sort();
    const texts = files.map((file) => readFileSync(join(inputs.folder, file), 'utf8'));
    progress({ done: files.length, total: files.length, unit: 'files' });
    writeFileSync(outputs.text, texts.join('').trim());
  },
});
`,
  'stages/shout.ts': `import { readFileSync, writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';
import { upper } from '../lib/upper.ts';

export default defineStage({
  params: {
    type: 'object',
    properties: { greeting: { type: 'string' }, times: { type: 'integer', minimum: 1, default: 1 } },
    required: ['greeting'],
  },
  inputs: ['text'],
  outputs: ['text'],
  run({ params, inputs, outputs }) {
    writeFileSync(outputs.text, (params.greeting + ' ' + upper(readFileSync(inputs.text, 'utf8'))).repeat(params.times));
  },
});
`,
  'lib/upper.ts': 'export const upper = (text: string) => text.toUpperCase();\n',
  'stages/count.ts': `import { readFileSync, writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';

export default defineStage({
  inputs: ['text'],
  outputs: ['count.json'],
  run({ inputs, outputs, metrics }) {
    const words = readFileSync(inputs.text, 'utf8').split(/\\s+/).length;
    metrics({ words });
    writeFileSync(outputs.count, JSON.stringify({ words }));
  },
});
`,
  'stages/join.ts': `import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineStage } from 'pipeline';

export default defineStage({
  inputs: ['left', 'right'],
  outputs: ['both'],
  run({ inputs, outputs, metrics }) {
    mkdirSync(outputs.both);
    cpSync(inputs.left, join(outputs.both, 'left.txt'));
    cpSync(inputs.right, join(outputs.both, 'right.json'));
    metrics({ joined: 2 });
  },
});
`,
};

export function toy(atEnd?: (cleanUp: () => void) => void): Project {
  return new Project(TOY, atEnd);
}

/** A pipeline whose stages wait at the gate: `a` and `b` in parallel, then `c`, which reads both. */
export function gated(): Project {
  return new Project({
    'pipeline.yaml': `stages:
  a: { module: stages/hold.ts, params: { name: a }, env: [GATE] }
  b: { module: stages/hold.ts, params: { name: b }, env: [GATE] }
  c: { module: stages/hold.ts, params: { name: c }, inputs: { first: a.out, second: b.out }, env: [GATE] }
`,
    'stages/hold.ts': `import { writeFileSync } from 'node:fs';
import { defineStage } from 'pipeline';
import { hold } from '../lib/gate.ts';

export default defineStage({
  params: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
  inputs: ['first?', 'second?'],
  outputs: ['out'],
  async run({ params, outputs }) {
    writeFileSync(outputs.out, 'half of ' + params.name);
    await hold(params.name);
    writeFileSync(outputs.out, params.name);
  },
});
`,
    'lib/gate.ts': GATE_MODULE,
  });
}
