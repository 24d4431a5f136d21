import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import type { Place, Problem } from '../../../shared/problem.ts';
import type { Plan } from '../../plan/plan.ts';
import type { PassOutcome } from '../pass.ts';
import type { Connection } from './accesses.ts';
import { askedFinding } from './describe-asked.ts';
import { networkFindings } from './describe-network.ts';
import { pathFinding } from './describe-path.ts';
import { readLog } from './read-log.ts';
import { readNotes } from './read-notes.ts';
import { type StageServices, surroundingsOf } from './surroundings.ts';
import { filesIn, type Traced } from './traced.ts';
import { undeclared, variablesIn } from './undeclared.ts';
import { UsedPaths } from './used-paths.ts';

/** Returns what a traced process has used without having declared it. */
export async function findingsIn(
  traced: Traced,
  plan: Plan,
  services: StageServices,
): Promise<Pick<PassOutcome, 'findings' | 'gaps'>> {
  const { stage, launch, folder } = traced;
  const { stage: name } = stage.request;
  const surroundings = surroundingsOf(stage, launch, folder, plan, services);
  const { log, notes } = filesIn(folder);
  const asked = readNotes(notes, { ...surroundings, bundle: stage.folder, maps: folder });
  const named = asked.filter(({ kind, by }) => kind === 'file' && by === 'stage');
  const paths = new UsedPaths(
    surroundings,
    new Map(named.map(({ subject, at }): [string, Place | undefined] => [subject, at])),
  );
  const connections = new Map<string, Connection>();
  let isTraced = false;
  await readLog(log, launch.cwd, {
    access: (access) => {
      isTraced ||= access.use === 'run';
      paths.add(access);
    },
    connection: (connection) => connections.set(connection.address, connection),
  });
  const programs = asked.filter(({ kind }) => kind === 'program');
  const findings = [
    ...paths.all().map((used) => {
      const started =
        used.use === 'run' ? programs.find(({ subject }) => startsProgram(subject, used.path)) : undefined;
      return pathFinding(name, { ...used, ...(started?.at && { at: started.at }) }, surroundings, started?.subject);
    }),
    ...undeclared(asked, variablesIn(name, launch.environment, plan, services)).map((each) => askedFinding(name, each)),
    ...networkFindings(name, asked, [...connections.values()]),
  ];
  const isHooked = surroundings.node === undefined || existsSync(notes);
  return { findings, gaps: [...(isTraced ? [] : [untraced(name)]), ...(isHooked ? [] : [unhooked(name)])] };
}

function untraced(stage: string): Problem {
  return {
    message: `strace has recorded nothing of stage "${stage}"`,
    advice: 'See what it has printed. It has to be strace 5.3 or later, and no other program may trace the stage.',
  };
}

function unhooked(stage: string): Problem {
  return {
    message: `stage "${stage}" ended before its code could be observed`,
    advice: 'See what it has printed, and whether it runs without --strict: pipeline verify STAGE',
  };
}

/** Whether what code has started, such as `git log`, is the program at `path`. */
function startsProgram(started: string, path: string): boolean {
  const [word = ''] = started.split(' ', 1);
  return basename(word) === basename(path) || (/\s/.test(started) && basename(path) === 'sh');
}
