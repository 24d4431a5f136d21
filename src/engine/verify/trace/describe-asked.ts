import type { Finding } from '../pass.ts';
import type { Asked } from './read-notes.ts';

/** Files and programs show in the system calls, and are described as what was used. */
export type AskedOfNode = Asked & { readonly kind: Exclude<Asked['kind'], 'file' | 'program'> };

/** Says what a stage has asked Node for that its action key does not cover, and what to do about it. */
export function askedFinding(stage: string, asked: AskedOfNode): Finding {
  const { kind, subject, at, by } = asked;
  const through = by === 'package' ? ', through a package' : '';
  const message = `stage "${stage}" ${sentence(asked)}${through}`;
  return { stage, kind, subject, problem: { message, ...(at && { at }), advice: adviceOn(asked) } };
}

const OF_CORES = /^os\.(cpus|availableParallelism|loadavg)\(/;

function sentence({ kind, subject }: AskedOfNode): string {
  switch (kind) {
    case 'environment':
      return subject === '*'
        ? 'lists all environment variables'
        : `reads the environment variable ${subject}, which it does not declare`;
    case 'clock':
      return `asks for the time: ${subject}`;
    case 'random':
      return `asks for random numbers that no seed decides: ${subject}`;
    case 'machine':
      return `asks what machine it runs on: ${subject}`;
    case 'process':
      return `asks how it was started: ${subject}`;
    case 'network':
      return `uses the network: ${subject}`;
    default:
      return kind satisfies never;
  }
}

function adviceOn({ kind, subject }: AskedOfNode): string {
  switch (kind) {
    case 'environment':
      return subject === '*'
        ? 'Read the variables that it needs by their names, and declare them: env: [NAME].'
        : `Declare it, so that its value is in the action key: env: [${subject}]. Or make it a param.`;
    case 'clock':
      return 'Take a date from a param. To measure how long something takes, use performance.now().';
    case 'random':
      return 'Draw from a generator with a seed from the params.';
    case 'machine':
      return OF_CORES.test(subject)
        ? 'Make it a param. If it only decides how much is done at once, read the variable PIPELINE_CORES, which the runner sets.'
        : 'Make it a param, or do without it: the result must not depend on where it is computed.';
    case 'process':
      return 'Use the paths and params in the context; they are all that a stage is given.';
    case 'network':
      return 'Download the data in a stage of its own and check its digest, or declare the files as an input.';
    default:
      return kind satisfies never;
  }
}
