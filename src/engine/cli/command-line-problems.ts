import type { Problem } from '../../shared/problem.ts';
import { suggestion } from '../plan/suggest.ts';
import { COMMANDS } from './commands.ts';
import { type Fault, type Invalid, optionsOf } from './parse.ts';

/** Says what is wrong with a command line, and what to type instead. */
export function commandLineProblems({ faults, about }: Invalid): readonly Problem[] {
  return faults.map((fault) => toProblem(fault, about));
}

function toProblem(fault: Fault, about: readonly string[]): Problem {
  const help = ['pipeline', ...about, '--help'].join(' ');
  switch (fault.kind) {
    case 'unknown-command': {
      const advice = `${suggestion(fault.word, commandsAfter(about))} For all commands: ${help}`;
      return { message: `unknown command "${[...about, fault.word].join(' ')}"`, advice };
    }
    case 'option-before-command':
      return {
        message: `the option "${fault.option}" stands before the command`,
        advice: `Write it after the command: ${['pipeline', ...about].join(' ')} COMMAND ${fault.option} …`,
      };
    case 'unknown-option':
      return {
        message: `unknown option "${fault.option}"`,
        advice: `${nearOption(fault.option, about)}For all options: ${help}`,
      };
    case 'missing-value': {
      const { option, next } = fault;
      const advice = `Write: ${option.flags}`;
      const than = next === undefined ? '' : `, but "${next}" follows`;
      return { message: `option --${option.long} needs a value${than}`, advice };
    }
    case 'needless-value':
      return {
        message: `option --${fault.option.long} takes no value, but got "${fault.value}"`,
        advice: `Write: --${fault.option.long}`,
      };
    case 'invalid-value': {
      const { option, value, expected } = fault;
      const message = `invalid value of option --${option.long}: "${value}"`;
      return { message, advice: expected ?? suggestion(value, option.choices ?? []) };
    }
    case 'missing-argument':
      return { message: `missing argument ${fault.name}`, advice: `Write: ${usageOf(about)}` };
    case 'needless-argument':
      return { message: `unexpected argument "${fault.word}"`, advice: `Write: ${usageOf(about)}` };
    default:
      return fault satisfies never;
  }
}

/** Returns the words that may follow the name of a group or, without one, begin a command line. */
function commandsAfter(about: readonly string[]): readonly string[] {
  const words = COMMANDS.filter(({ hidden }) => !hidden).map(({ name }) => name.split(' '));
  const after = words.filter((parts) => about.every((word, index) => parts[index] === word));
  return [...new Set(after.flatMap((parts) => parts[about.length] ?? []))];
}

function nearOption(option: string, about: readonly string[]): string {
  const command = commandOf(about);
  if (command === undefined || !option.startsWith('--')) return '';
  const known = optionsOf(command).map(({ long }) => `--${long}`);
  const words = suggestion(option, known);
  // All of them are in the help.
  return words.startsWith('Did') ? `${words} ` : '';
}

function usageOf(about: readonly string[]): string {
  return ['pipeline', ...about, commandOf(about)?.arguments ?? ''].filter((part) => part !== '').join(' ');
}

function commandOf(about: readonly string[]) {
  return COMMANDS.find(({ name }) => name === about.join(' '));
}
