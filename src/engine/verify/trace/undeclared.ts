import { SET_BY_RUNNER } from '../../execute/environment.ts';
import { machineVariablesOf, variablesOf } from '../../execute/stage-key.ts';
import type { Plan } from '../../plan/plan.ts';
import { ALL_VARIABLES } from '../hook/environment.ts';
import type { AskedOfNode } from './describe-asked.ts';
import type { Asked } from './read-notes.ts';
import type { StageServices } from './surroundings.ts';

/** What tells one machine from another. The rest of `os` only says how many threads or how much memory there are. */
const IDENTITY = ['os.hostname()', 'os.userInfo()', 'os.networkInterfaces()'];

/** The environment variables of a traced process. */
export interface Variables {
  /** Those that the stage has declared, and those by which the runner tells it what it may use. */
  readonly declared: ReadonlySet<string>;
  /** Those that have a value, in the process or in the environment of the runner. */
  readonly set: ReadonlySet<string>;
}

/**
 * Returns what was asked for without being declared, each once for each line of code.
 *
 * What packages do on their own account while they are loaded is theirs. Which variables they read does not matter: the
 * process has only those that are declared and those that lead to files and programs, which are seen when they are used.
 * That they ask how many threads to start is what they are for. But the time, random numbers and the name of the machine
 * that they get for the stage are as if the stage had asked.
 */
export function undeclared(asked: readonly Asked[], { declared, set }: Variables): readonly AskedOfNode[] {
  const listed = asked.filter(({ kind, subject }) => kind === 'environment' && subject === ALL_VARIABLES).map(placeOf);
  const found = asked.filter((each): each is AskedOfNode => {
    const { kind, subject, by } = each;
    switch (kind) {
      case 'environment':
        if (by !== 'stage' || declared.has(subject)) return false;
        if (subject === ALL_VARIABLES) return true;
        // Who lists all variables reads each of them afterwards. One that has no value anywhere has none in any run.
        return set.has(subject) && !listed.includes(placeOf(each));
      case 'clock':
      case 'random':
        return by !== 'other';
      case 'machine':
      case 'process':
        return by === 'stage' || (by === 'package' && IDENTITY.includes(subject));
      // These show in the system calls.
      case 'file':
      case 'network':
      case 'program':
        return false;
      default:
        return kind satisfies never;
    }
  });
  return [...new Map(found.map((each) => [JSON.stringify([each.kind, each.subject, placeOf(each)]), each])).values()];
}

function placeOf({ at }: Asked): string {
  return JSON.stringify([at?.file, at?.line]);
}

/** Returns the variables of the process of the stage `name`, which was started with `environment`. */
export function variablesIn(
  name: string,
  environment: Readonly<Record<string, string>>,
  plan: Plan,
  services: StageServices,
): Variables {
  const stage = plan.stages.find((planned) => planned.name === name);
  const own =
    stage === undefined
      ? []
      : [...variablesOf(stage, services), ...machineVariablesOf(stage, services), ...stage.secrets];
  return {
    declared: new Set([...own, ...SET_BY_RUNNER]),
    set: new Set([...Object.keys(environment), ...Object.keys(services.environment)]),
  };
}
