import type { StageResult } from '../execute/events.ts';
import { keyOf, PathInputs, reasonsToRun } from '../execute/stage-key.ts';
import { survey } from '../execute/survey.ts';
import type { KeyDocument } from '../fingerprint/action-key.ts';
import { StageNames } from '../plan/stage-names.ts';
import { list } from '../plan/suggest.ts';
import { columns } from '../report/format.ts';
import { openConsole, reportProblems } from './console.ts';
import { EXIT } from './exit.ts';
import type { CommonOptions } from './options.ts';
import { withSession } from './with-session.ts';

/** `pipeline explain`: all that decides a stage's outputs, in clear. */
export async function explain(written: string, options: CommonOptions): Promise<number> {
  return withSession(options, async ({ services }) => {
    const { plan, cache } = services;
    const found = new StageNames(plan.stages).findOne(written);
    if (!found.ok) return reportProblems([{ ...found.failure, at: { file: written } }], options);
    const stage = found.value;
    const { name } = stage;
    const results = await survey(services, [name]);
    const open = stage.dependencies.filter((dependency) => results.get(dependency)?.outcome !== 'cached');
    if (open.length > 0) {
      const message = `the key of «${name}» is not known yet: it reads what ${list(open)} would put out`;
      return reportProblems([{ message, advice: `Run before it: pipeline run ${open.join(' ')}` }], options);
    }
    const key = await keyOf(stage, services, new PathInputs(services), (dependency) => completed(results, dependency));
    if (!key.ok) return reportProblems(key.failure, options);
    const cached = cache.find(key.value.key) !== undefined;
    const reasons = cached ? [] : reasonsToRun(stage, key.value, cache.lastOf(name), services);
    const { print, printJson, paint } = openConsole(options);
    printJson({ type: 'explained', stage: name, key: key.value.key, cached, reasons, document: key.value.document });
    print(`${paint('bold', name)}  key ${key.value.key}`);
    print(cached ? paint('green', 'cached') : `${paint('yellow', 'would run')}: ${reasons.join('; ')}`);
    print(columns(rowsOf(key.value.document)));
    return EXIT.ok;
  });
}

function completed(results: ReadonlyMap<string, StageResult>, name: string) {
  const result = results.get(name);
  if (result?.outcome !== 'cached') throw new Error(`${name} is not cached`);
  return result;
}

function rowsOf({ scheme, code, packages, params, inputs, env, tensorflow }: KeyDocument): string[][] {
  return [
    ['scheme', '', String(scheme)],
    ['code', '', code],
    ...Object.entries(params).map(([param, value]) => ['param', param, JSON.stringify(value)]),
    ...Object.entries(inputs).map(([input, digest]) => ['input', input, digest]),
    ...Object.entries(env).map(([variable, value]) => ['env', variable, value ?? 'not set']),
    ...(tensorflow === null ? [] : [['tensorflow', tensorflow.version, tensorflow.device]]),
    ...Object.entries(packages).map(([id, integrity]) => ['package', id, integrity]),
  ];
}
