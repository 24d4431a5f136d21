import type { Finding, Pass } from '../pass.ts';
import { sandboxObstacle } from '../sandbox/obstacles.ts';
import { describeSign, findSuspects, placeOfSign, type Suspect } from '../suspects.ts';
import { hiding } from './hidden.ts';

/** Runs each stage where nothing can be found but what it has declared, and compares its outputs with the lockfile. */
export const hidePass: Pass = {
  name: 'hide',
  covers: 'files, home, network, variables and user that are not declared: stages run without them',
  obstacles: async ({ services: { environment } }) => {
    const obstacle = sandboxObstacle(environment);
    return obstacle === undefined ? [] : [obstacle];
  },
  run: async (context) => {
    const { suspects, outcome } = await findSuspects({ launcher: hiding(context.services) }, context);
    return { ...outcome, findings: [...outcome.findings, ...suspects.map(toFinding)] };
  },
};

function toFinding({ stage, failure }: Suspect): Finding {
  const isDifferent = failure.kind === 'difference';
  return {
    stage,
    kind: 'hidden',
    subject: isDifferent ? failure.differences.map(({ output }) => output).join(', ') : failure.kind,
    problem: {
      message: `stage "${stage}" ${isDifferent ? 'gives another result' : 'fails'} where only what it has declared can be found: ${describeSign(failure)}`,
      ...placeOfSign(failure),
      advice:
        'Declare what it reads: a file as an input, a variable in `env`, a value as a param. What comes from the network ' +
        'goes into `downloads`, pinned by a digest. Write to outputs and `work` only. The pass "trace" names each file and variable.',
    },
  };
}
