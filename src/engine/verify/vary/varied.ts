import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Launch, LaunchedStage, Launcher } from '../../execute/launch.ts';
import type { Rerun } from '../pass.ts';
import { bubblewrapped, type Sandbox } from '../sandbox/bubblewrap.ts';
import { EVERYTHING } from '../sandbox/obstacles.ts';
import type { Variation } from './variation.ts';

/** Returns how to run stages with these variations. Without sandboxes, none of them may need one. */
export function varied(variations: readonly Variation[], hasSandbox: boolean): Rerun {
  const seenAt = variations.find((variation) => variation.seenAt !== undefined)?.seenAt ?? ((path: string) => path);
  const launcher: Launcher = (launch, stage) => {
    const changes = variations.map((variation) => variation.change(stage, seenAt));
    const variables = changes.flatMap((change) => Object.entries(change.environment ?? {}));
    const environment = { ...launch.environment, ...Object.fromEntries(undeclared(variables, stage)) };
    keepVariables(environment, stage);
    const moved = { ...launch, environment, cwd: seenAt(launch.cwd), command: commandSeen(launch, stage, seenAt) };
    const command = startedBy(
      changes.flatMap(({ starter = [] }) => starter),
      moved.command,
    );
    if (!hasSandbox) return { ...moved, command };
    const parts = changes.map((change) => change.sandbox ?? {});
    const mounts = [...EVERYTHING, ...parts.flatMap((part) => part.mounts ?? [])];
    const sandbox: Sandbox = Object.assign({ network: true, mounts }, ...parts, { mounts });
    // The folder in which it starts may exist only in the sandbox.
    return { ...moved, cwd: launch.cwd, command: bubblewrapped(command, moved.cwd, sandbox) };
  };
  return { launcher, seenAt, label: `varied: ${variations.map(({ name }) => name).join(', ')}` };
}

function startedBy(starters: readonly string[], [program, ...args]: Launch['command']): Launch['command'] {
  const [first = program, ...others] = [...starters, program];
  return [first, ...others, ...args];
}

/** A variable that the stage declares is part of its key, and keeps its value. */
function undeclared(variables: readonly [string, string][], { request }: LaunchedStage): readonly [string, string][] {
  const declared = new Set([...Object.keys(request.environment), ...request.secrets]);
  return variables.filter(([name]) => name === 'LD_PRELOAD' || !declared.has(name));
}

/** What the stage starts has these variables, too: otherwise its process would drop those that its request does not name. */
function keepVariables(environment: Launch['environment'], { request, folder }: LaunchedStage): void {
  if (request.program.kind === 'command') return;
  const file = join(folder, 'request.json');
  const task = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...task, variables: Object.keys(environment) }));
}

/** The words of a command name its paths as it sees them already. */
function commandSeen(
  { command }: Launch,
  { request }: LaunchedStage,
  seenAt: (path: string) => string,
): Launch['command'] {
  if (request.program.kind === 'command') return command;
  const [program, ...args] = command;
  return [seenAt(program), ...args.map(seenAt)];
}
