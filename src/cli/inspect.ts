import type { ActionRecord } from '../cache/cache.ts';
import { columns, duration, figure } from '../report/format.ts';
import { describeContent } from '../report/inspect.ts';
import type { Paint } from '../report/style.ts';
import { openConsole, reportProblems } from './console.ts';
import { EXIT } from './exit.ts';
import type { CommonOptions } from './options.ts';
import { type NamedArtifact, type Referred, refer } from './reference.ts';
import { withSession } from './with-session.ts';

/** `pipeline inspect`: what a result is and where it came from. */
export async function inspect(reference: string, options: CommonOptions): Promise<number> {
  return withSession(options, async ({ services }) => {
    const referred = await refer(reference, services);
    if (!referred.ok) return reportProblems(referred.failure, options);
    const { print, printJson, paint } = openConsole(options);
    const found = referred.value;
    const artifacts = found.kind === 'stage' ? found.artifacts : [found.artifact];
    for (const artifact of artifacts) {
      printJson({ type: 'artifact', ...artifact, ...(found.kind === 'content' ? {} : { stage: found.stage }) });
      print(`${paint('bold', titleOf(found, artifact))}  ${paint('dim', artifact.path)}`);
      print(`${await describeContent(artifact.path, artifact.file)}\n`);
    }
    if (found.kind !== 'content') {
      const { key, metrics, provenance, document } = found.record;
      printJson({ type: 'provenance', stage: found.stage, key, metrics, document, provenance });
      print(describeRecord(found.record, paint));
    }
    return EXIT.ok;
  });
}

function titleOf(found: Referred, artifact: NamedArtifact): string {
  return found.kind === 'content' ? artifact.name : `${found.stage}.${artifact.name}`;
}

function describeRecord({ key, metrics, document, provenance }: ActionRecord, paint: Paint): string {
  const { stage, module, run, finished, seconds, node, platform } = provenance;
  const { tensorflow, params, inputs } = document;
  const facts = [
    ['made by', `${stage} (${module})`],
    ['finished', `${finished}, in ${duration(seconds)}, run ${run}`],
    [
      'on',
      [
        `node ${node}`,
        platform,
        ...(tensorflow === null ? [] : [`TensorFlow ${tensorflow.version} ${tensorflow.device}`]),
      ].join(', '),
    ],
    ['key', key],
    ...Object.entries(params).map(([name, value]) => ['param', `${name} = ${JSON.stringify(value)}`]),
    ...Object.entries(inputs).map(([name, digest]) => ['input', `${name} = ${digest}`]),
    ...Object.entries(metrics).map(([name, value]) => ['metric', `${name} = ${figure(value)}`]),
  ];
  return `${paint('bold', 'where it came from')}\n${columns(facts.map(([name = '', value = '']) => [`  ${name}`, value]))}`;
}
