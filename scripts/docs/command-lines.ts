import { COMMANDS } from '../../src/engine/cli/commands.ts';
import { parse } from '../../src/engine/cli/parse.ts';

/** Programs that are not ours, and whose options are not checked. */
const OTHERS = ['git', 'cd', 'node', 'sudo', 'apt-get', 'dnf', 'xcode-select', 'tensorboard', 'sha256sum', 'cp', 'ls'];
/** What npm has beside the scripts of package.json. */
const OF_NPM = ['install', 'ci', 'pack', 'uninstall'];

/** Returns what is wrong with the commands of a block, by line. `scripts`: those of package.json. */
export function commandFaults(text: string, scripts: ReadonlySet<string>): readonly string[] {
  const lines = text.replaceAll('\\\n', ' ').split('\n');
  return lines.flatMap((line) =>
    commandsIn(line).flatMap((words) => (isKnown(words, scripts) ? [] : [`there is no command "${words.join(' ')}"`])),
  );
}

/** Whether `pipeline NAME …`, as prose mentions it, names a command. */
export function namesCommand(words: readonly string[]): boolean {
  const typed = words.filter((word) => /^[a-z][a-z-]*$/.test(word));
  return COMMANDS.some(({ name }) => name === typed.slice(0, name.split(' ').length).join(' '));
}

/** The commands of a line, each as its words, without comments and the variables set for it. */
function commandsIn(line: string): readonly (readonly string[])[] {
  const inner = /^eval "\$\((.*)\)"/.exec(line)?.[1] ?? line;
  const words = [...inner.matchAll(/"([^"]*)"|'([^']*)'|(#.*$)|(\S+)/g)];
  const commands: string[][] = [[]];
  for (const [, double, single, comment, bare] of words) {
    if (comment !== undefined) break;
    const word = double ?? single ?? bare ?? '';
    if (bare === '&&' || bare === '|' || bare === ';') commands.push([]);
    else if (!/^[A-Z_]+=/.test(word) || (commands.at(-1)?.length ?? 0) > 0) commands.at(-1)?.push(word);
  }
  return commands.filter(({ length }) => length > 0);
}

function isKnown([program = '', ...rest]: readonly string[], scripts: ReadonlySet<string>): boolean {
  if (program === 'npx') return isKnown(rest, scripts);
  if (program === 'pipeline') return parse(rest, COMMANDS).kind !== 'invalid';
  if (program !== 'npm') return OTHERS.includes(program);
  const [verb = '', name = ''] = rest;
  if (verb === 'run') return scripts.has(name);
  return OF_NPM.includes(verb) || scripts.has(verb);
}
