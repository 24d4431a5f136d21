import { describe, expect, test } from 'vitest';
import { ciServiceOf, jsonWithoutCommands, withoutCommands } from '../../../src/shared/text/ci-service.ts';

describe('the log of a CI service', () => {
  test.each([
    [{ GITHUB_ACTIONS: 'true' }, 'github'],
    [{ GITLAB_CI: 'true' }, 'gitlab'],
    [{ BUILDKITE: 'true' }, 'buildkite'],
    [{ CI: 'true' }, undefined],
    [{ GITHUB_ACTIONS: 'false' }, undefined],
    [{}, undefined],
  ])('is known by the variable that the service documents: %o is %s', (environment, service) => {
    expect(ciServiceOf(environment)).toBe(service);
  });

  test.each([
    ['::set-output name=a::b', '\\x3a:set-output name=a::b'],
    // The runner ignores spaces before a command.
    ['one\n \t\u3000::error::x\ntwo', 'one\n \t\u3000\\x3a:error::x\ntwo'],
    ['\u001b[31m::add-mask::x', '\u001b[31m\\x3a:add-mask::x'],
    // The first form of commands counts anywhere in a line.
    ['a ##[add-mask]b ##[group]c', 'a #\\x23[add-mask]b #\\x23[group]c'],
    ['###[error]', '##\\x23[error]'],
    ['a::b and C++::x', 'a::b and C++::x'],
  ])('GitHub takes no text for a command: %j', (text, harmless) => {
    expect(withoutCommands(text, 'github')).toBe(harmless);
    expect(withoutCommands(text, undefined)).toBe(text);
  });

  test('a long line of spaces and colours is looked through in one pass', () => {
    const text = `${' \u001b[31m'.repeat(100_000)}x`;
    expect(withoutCommands(text, 'github')).toBe(text);
    expect(withoutCommands(text, 'buildkite')).toBe(text);
  });

  test.each([
    ['--- a group', '\\x2d-- a group'],
    ['+++ a group', '\\x2b++ a group'],
    ['~~~ a group', '\\x7e~~ a group'],
    ['^^^ +++', '\\x5e^^ +++'],
    ['text\n\u001b[1m--- bold', 'text\n\u001b[1m\\x2d-- bold'],
    ['- a list\n-- a dash', '- a list\n-- a dash'],
  ])('Buildkite takes no text for the beginning of a group: %j', (text, harmless) => {
    expect(withoutCommands(text, 'buildkite')).toBe(harmless);
  });

  test('JSON keeps its value, and has no command in it', () => {
    const json = JSON.stringify({ message: '##[add-mask]x', '##[error]': 1 });
    const harmless = jsonWithoutCommands(json, 'github');
    expect(harmless).not.toContain('##[');
    expect(JSON.parse(harmless)).toEqual(JSON.parse(json));
  });
});
