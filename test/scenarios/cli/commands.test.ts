import { chmodSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { bytes } from '../../../src/shared/text/format.ts';
import { Project, toFinished } from '../../support/project.ts';
import { printedBy } from '../stopping/printed-by.ts';

/** A project with one stage `make`, and the given scripts beside its pipeline file. */
function project(stage: string, scripts: Readonly<Record<string, string>> = {}): Project {
  const made = new Project({
    'pipeline.yaml': `stages:\n  make:\n${stage.replaceAll(/^(?=.)/gm, '    ')}`,
    ...scripts,
  });
  for (const path of Object.keys(scripts)) chmodSync(made.path(path), 0o755);
  return made;
}

/** Prints its arguments, one a line, into the file that is the first one. */
const SHOW = '#!/bin/sh\nfile="$1"; shift; printf \'%s\\n\' "$@" > "$file"\n';

describe('a stage that runs a command', () => {
  test('gets params and paths as words, whatever is in them, and others through JSON files and variables', async () => {
    const toy = project(
      `command: [./all.sh, "{outputs.out}", "{params.title}", "a b", "--n={params.n}", "{inputs.my}", "{params}"]
inputs: { my: "./my file.txt", script: ./all.sh }
outputs: [out]
params: { title: "it's; $HOME \\"x\\" *", n: 3 }
env: [SHOWN, { name: TOKEN, secret: true }]
`,
      {
        'all.sh': `${SHOW}{ cat "$PIPELINE_PARAMS"; echo; cat "$PIPELINE_OUTPUTS"; echo; echo "$SHOWN $TOKEN $HIDDEN."; } >> "$file"\n`,
      },
    );
    toy.write('my file.txt', 'x');
    const environment = { SHOWN: 'shown', TOKEN: 'secret', HIDDEN: 'hidden' };
    const run = await toy.pipelineWith(environment, 'run');
    expect(run.exitCode, run.stdout).toBe(0);
    await toy.pipelineWith(environment, 'export', 'make', 'exported');
    const [title, word, n, input, params, ...more] = toy.read('exported/out').split('\n');
    expect([title, word, n, input]).toEqual([`it's; $HOME "x" *`, 'a b', '--n=3', toy.path('my file.txt')]);
    expect(params).toMatch(/\/params\.json$/);
    expect(more[0]).toBe(`{"title":"it's; $HOME \\"x\\" *","n":3}`);
    expect(JSON.parse(more[1] ?? '')).toEqual({ out: expect.stringMatching(/\/out$/) });
    expect(more[2]).toBe('shown secret .');
  });

  test('sends progress, metrics and log lines as lines of JSON, and has the numbers of metrics.json as metrics', async () => {
    const toy = project(`shell: true
command: |
  echo printed
  echo '{{"progress":{{"done":1,"total":2}}}}' >&$PIPELINE_MESSAGES
  echo '{{"metrics":{{"loss":0.5}}}}' >&$PIPELINE_MESSAGES
  echo '{{"log":"said"}}' >&$PIPELINE_MESSAGES
  echo 'no JSON' >&$PIPELINE_MESSAGES
  echo '{{"accuracy":NaN,"name":"x","by":{{"coat":1}}}}' > {outputs.metrics}
outputs: [metrics.json]
`);
    const run = await toy.run();
    expect(run.stages[0]).toMatchObject({ outcome: 'ran', metrics: { loss: 0.5, accuracy: 'NaN', 'by.coat': 1 } });
    expect(run.stdout).toContain('{"type":"stage-progress","stage":"make","done":1,"total":2}');
    const logged = run.stdout.split('\n').flatMap((line) => /"stage-log".*"message":"([^"]*)"/.exec(line)?.[1] ?? []);
    expect(logged.sort()).toEqual(['no JSON', 'printed', 'said']);
  });

  test.each([
    ['exits with a code', 'echo oops >&2; exit 3', 'ended with exit code 3', 'oops\n'],
    ['is ended by a signal', 'kill -SEGV $$', 'was terminated by SIGSEGV', ''],
    ['writes no output', 'true', 'output "out" of stage "make" was not created', 'pipeline.yaml:3:14'],
  ])('fails when it %s', async (_what, script, message, shown) => {
    const toy = project(`command: sh -c '${script}'\noutputs: [out]\n`);
    const run = await toy.pipeline('run');
    expect(run.exitCode).toBe(1);
    expect(run.stdout).toContain(message);
    expect(run.stdout).toContain(shown);
  });

  test('is stopped by Ctrl-C as a module is, and finds what it has saved when it runs again', async () => {
    const toy = project('command: ./wait.sh {outputs.out}\ninputs: { script: ./wait.sh }\noutputs: [out]\n', {
      'wait.sh': `#!/bin/sh
if [ -e "$PIPELINE_WORK/saved" ]; then cp "$PIPELINE_WORK/saved" "$1"; exit; fi
trap 'echo yes > "$PIPELINE_WORK/saved"; exit 1' TERM
echo ready
sleep 1000 & wait
`,
    });
    const run = toy.start(['run', '--json']);
    await printedBy(run)('"message":"ready"');
    run.kill('SIGINT');
    expect((await run).exitCode).toBe(130);
    expect((await toy.run()).which('ran')).toEqual(['make']);
    await toy.pipeline('export', 'make', 'exported');
    expect(toy.read('exported/out')).toBe('yes\n');
  });

  test('is ended when it uses more memory than it declares, and otherwise what it used is recorded', async () => {
    const script = `const kept = Buffer.alloc(100_000_000, 1);
const end = process.cpuUsage().user + 1_000_000;
while (process.argv[3] === 'for ever' || process.cpuUsage().user < end) for (let i = 0; i < 1e7; i++);
require('node:fs').writeFileSync(process.argv[2], String(kept.length));
`;
    const toy = project(
      `shell: true
command: |
  node {inputs.script} {outputs.out} {params.how_long}
  echo done
inputs: { script: ./use.cjs }
outputs: [out]
params: { how_long: a second }
resources: { memory: 1GB }
`,
      { 'use.cjs': script },
    );
    const usage = (await toy.run()).stages[0]?.usage;
    expect(usage?.peakMemory).toBeGreaterThan(100_000_000);
    expect(usage?.peakMemory).toBeLessThan(1e9);
    expect(usage?.cpuSeconds).toBeGreaterThan(0.1);
    expect((await toy.pipeline('inspect', 'make', '--json')).stdout).toContain(JSON.stringify(usage));
    await toy.pipeline('report');
    expect(toy.read('report.html')).toContain(`>${bytes(usage?.peakMemory ?? 0)}<`);

    toy.edit('pipeline.yaml', '1GB', '80MB');
    const ended = await toy.pipeline('run', '--set', 'make.how_long=for ever');
    expect(ended.exitCode).toBe(1);
    expect(ended.stdout).toMatch(/stage "make" was ended because it used [\d.]+ MB of memory/);
    expect(ended.stdout).toContain('It declares 80.0 MB: raise `resources.memory`');
  });

  test('waits before it is retried, for as long as its backoff says, and not when the run is interrupted', async () => {
    const toy = project('command: sh -c "exit 1"\noutputs: [out]\nretries: { count: 2, backoff: 5m }\n');
    const run = toy.start(['run']);
    await printedBy(run)('make: process ended with exit code 1; retrying in 5 min 0 s (1 of 2)');
    run.kill('SIGINT');
    expect((await run).exitCode).toBe(130);
    toy.edit('pipeline.yaml', '5m', '0.01');
    const { stdout } = await toy.run();
    expect(stdout.match(/"retry":\d,"retries":2,"seconds":[\d.]+/g)).toEqual([
      '"retry":1,"retries":2,"seconds":0.01',
      '"retry":2,"retries":2,"seconds":0.02',
    ]);
  });
});

describe('a command is refused before anything runs', () => {
  test.each([
    [
      'names a file of the project that is no input',
      'sh tools/make.sh',
      '3:17',
      'names tools/make.sh, which is not among its inputs',
    ],
    ['names such a file in an option', 'cat --from=tools/make.sh', '3:18', 'names tools/make.sh'],
    ['names a folder', 'ls ./tools', '3:17', 'names tools'],
    ['is such a file itself', './tools/make.sh', '3:14', 'names tools/make.sh'],
  ])('if it %s', async (_what, command, place, message) => {
    const toy = project(`command: ${command}\noutputs: [out]\n`, { 'tools/make.sh': '#!/bin/sh\n' });
    const run = await toy.pipeline('run');
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain(`pipeline.yaml:${place}`);
    expect(run.stderr).toContain(message);
    expect(run.stderr).toContain('→ Add it, so that the stage reruns when it changes: inputs: {');
  });

  test('but not for a file that an input covers, a package, or a word that is only called like a folder', async () => {
    const toy = project(
      'command: cat tools/make.sh node_modules/.bin/tool data\ninputs: { tools: { path: ./tools, include: ["*.sh"] } }\noutputs: [out]\n',
      { 'tools/make.sh': '', 'tools/other.py': '', 'data/x': '', 'node_modules/.bin/tool': '' },
    );
    expect((await toy.pipeline('status')).exitCode).toBe(0);
    toy.edit('pipeline.yaml', 'tools/make.sh node', 'tools/other.py node');
    expect((await toy.pipeline('status')).stderr).toContain('names tools/other.py, which is not among its inputs');
  });
});

describe('a program that cannot be used', () => {
  test.each([
    ['is not installed', 'command: no-such-program', '3:14', 'there is no program "no-such-program"'],
    [
      'cannot print its version',
      'command: sh -c ""\nversion: sh -c "echo oops >&2; exit 4"',
      '4:14',
      'ended with exit code 4: oops',
    ],
    ['prints no version', 'command: sh -c ""\nversion: "true"', '4:14', 'which prints a version, printed nothing'],
  ])('is reported at its place if it %s', async (_what, stage, place, message) => {
    const run = toFinished(await project(`${stage}\noutputs: [out]\n`).start(['run']));
    expect(run.exitCode).toBe(2);
    expect(run.stdout).toContain(`pipeline.yaml:${place}`);
    expect(run.stdout).toContain(message);
  });
});
