import { stringify } from 'yaml';
import { type Problem, type Result, success } from '../../../shared/problem.ts';
import { writeText } from '../../../shared/text/output.ts';
import { shellQuoted } from '../../../shared/text/shell-quoted.ts';
import { freezeServices } from '../../execute/cluster/freeze-services.ts';
import { type FrozenText, freeze } from '../../execute/cluster/frozen-plan.ts';
import type { Services } from '../../execute/services.ts';
import { variablesOf } from '../../execute/stage-key.ts';
import type { Plan } from '../../plan/plan.ts';
import { select } from '../../plan/select.ts';
import { CACHE_MOUNT, toArgo, type WorkflowSecrets } from '../../report/argo/argo.ts';
import { objectName } from '../../report/argo/names.ts';
import { openConsole, reportProblems } from '../console.ts';
import { EXIT } from '../exit.ts';
import type { CommonOptions } from '../options.ts';
import { findProject } from '../project.ts';
import { type Meeting, meetingPoint, uploadPlan } from '../shared-plans.ts';
import { withSession } from '../with-session.ts';

export interface ExportWorkflowOptions extends CommonOptions {
  /** The container image with the project. */
  readonly image?: string;
  /** The Kubernetes Secret with the declared variables. */
  readonly secret?: string;
  /** The persistent volume claim with the cache. */
  readonly claim?: string;
  readonly keepGoing: boolean;
}

/** `pipeline export-workflow`: prints an Argo Workflow that runs each stage in a pod of its own. */
export async function exportWorkflow(stages: readonly string[], options: ExportWorkflowOptions): Promise<number> {
  const { image, claim, keepGoing, jobs } = options;
  if (image === undefined) return reportProblems([NO_IMAGE], options);
  return withSession(options, async ({ services }, signal) => {
    const { plan } = services;
    const selection = select(plan, { stages, force: false });
    const meeting = meetingPoint(options, plan.remote);
    if (!selection.ok || !meeting.ok)
      return reportProblems(
        [selection, meeting].flatMap((each) => (each.ok ? [] : each.failure)),
        options,
      );
    const frozen = await frozenFor(services, options);
    if (!frozen.ok) return reportProblems(frozen.failure, options);
    const name = options.secret ?? objectName(plan.name);
    const secrets: WorkflowSecrets = { stages: name, remote: `${name}-remote` };
    const workflow = toArgo(plan, selection.value.stages, {
      ...{ image, secrets, keepGoing, command: commandFor(frozen.value, meeting.value, options) },
      variablesOf: (stage) => variablesOf(stage, services),
      ...(claim !== undefined && { claim }),
      ...(jobs !== undefined && { jobs }),
    });
    if (!workflow.ok) return reportProblems(workflow.failure, options);
    const uploaded = await uploadPlan(frozen.value, meeting.value, options, signal);
    if (!uploaded.ok) return reportProblems(uploaded.failure, options);
    const variables = variablesIn(plan, selection.value.stages, services);
    const { printJson } = openConsole(options);
    printJson({ type: 'workflow', plan: frozen.value.digest, secrets, variables, workflow: workflow.value });
    // Whatever is printed for people goes to stderr with --json, and the workflow is not only for people.
    if (!options.json)
      writeText(
        process.stdout,
        headerOf(plan.name, secrets, variables, meeting.value) + stringify(workflow.value, FORMAT),
      );
    return EXIT.ok;
  });
}

const NO_IMAGE: Problem = {
  message: 'a workflow needs a container image in which its pods run',
  advice: 'Build one from the folder of the project, with its packages installed, and give its name: --image IMAGE.',
};

const FORMAT = { lineWidth: 0, aliasDuplicateObjects: false } as const;

/** Freezes the plan without the values of variables, which the pods get from elsewhere. */
async function frozenFor(services: Services, options: CommonOptions): Promise<Result<FrozenText>> {
  const frozen = await freezeServices(services, new Set());
  if (!frozen.ok) return frozen;
  const { shown } = findProject(options);
  return success(freeze({ ...frozen.value, environment: {} }, services.roots, shown, options.engine.build));
}

/** Returns the command that runs a stage of the plan in a pod, where the project is the current folder. */
function commandFor({ digest, text }: FrozenText, { choice }: Meeting, options: ExportWorkflowOptions): string[] {
  const { file, claim } = options;
  return [
    // Not by npx, which would not pass on the signal to stop.
    ...['node_modules/.bin/pipeline', 'exec', '--plain'],
    ...['--plan', digest, '--plan-size', String(Buffer.byteLength(text))],
    ...(file === undefined ? [] : ['-f', file]),
    ...(claim === undefined ? [] : ['--cache', CACHE_MOUNT]),
    // An address that may have credentials in it is in the secret.
    ...(choice.isSecret ? [] : ['--remote', choice.text]),
  ];
}

/** Returns the variables that the stages read, each once. */
function variablesIn(plan: Plan, stages: ReadonlySet<string>, services: Services): readonly string[] {
  const names = plan.stages
    .filter(({ name }) => stages.has(name))
    .flatMap((stage) => [...variablesOf(stage, services), ...stage.secrets]);
  return [...new Set(names)].sort();
}

const REMOTE_VARIABLES = {
  http: ['PIPELINE_REMOTE_TOKEN'],
  s3: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
  folder: [],
} as const;

/** Says in comments what has to be there before the workflow can run. */
function headerOf(
  pipeline: string,
  secrets: WorkflowSecrets,
  variables: readonly string[],
  { choice, address }: Meeting,
): string {
  const given = (name: string) => `--from-literal=${name}="$${name}"`;
  const create = (secret: string, names: readonly string[]) =>
    `  kubectl create secret generic ${shellQuoted(secret)} ${names.map(given).join(' ')}`;
  const remote = [...(choice.isSecret ? ['PIPELINE_REMOTE'] : []), ...REMOTE_VARIABLES[address.kind]];
  const lines = [
    `An Argo Workflow for the pipeline ${JSON.stringify(pipeline)}. Submit it: argo submit FILE --watch`,
    'The results are in the remote cache: pipeline run takes them from there.',
    ...(variables.length > 0
      ? ['What its stages read from the environment, without what is not set:', create(secrets.stages, variables)]
      : []),
    'What the remote cache asks for, and PIPELINE_REMOTE_KEY if its results are signed:',
    create(secrets.remote, remote),
  ];
  return lines.map((line) => `# ${line}\n`).join('');
}
