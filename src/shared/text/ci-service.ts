import { escaped } from './visible.ts';

/** A CI service whose logs act on some of what a job prints. */
export type CiService = 'github' | 'gitlab' | 'buildkite';

/** The variables by which the services say in their documentation that a job can know them. */
const VARIABLES: Readonly<Record<CiService, string>> = {
  github: 'GITHUB_ACTIONS',
  gitlab: 'GITLAB_CI',
  buildkite: 'BUILDKITE',
};

/** Returns the service in whose job this process runs; undefined elsewhere. */
export function ciServiceOf(environment: NodeJS.ProcessEnv): CiService | undefined {
  const services: readonly CiService[] = ['github', 'gitlab', 'buildkite'];
  return services.find((service) => environment[VARIABLES[service]] === 'true');
}

/** A colour that `toTerminal` leaves. */
const COLOUR = '\\u001B\\[[\\d;:]*m';
/** `::error::`, also after spaces. */
const AT_LINE_START = new RegExp(`^((?:[^\\S\\n]|${COLOUR})*):(?=:)`, 'gm');
/** `##[error]`, which the runner of GitHub looks for anywhere in a line. */
const ANYWHERE = /##(?=\[)/g;
/** `---`, `+++`, `~~~` and `^^^ +++`, which begin a group or open one. */
const GROUP = new RegExp(`^((?:${COLOUR})*)(-(?=--)|\\+(?=\\+\\+)|~(?=~~)|\\^(?=\\^\\^))`, 'gm');

/**
 * Returns a text in which nothing is a command to the log of a CI service: one of its characters is written as `\x3a`.
 *
 * @param text in which control characters are visible already: the sections of GitLab begin with one.
 */
export function withoutCommands(text: string, service: CiService | undefined): string {
  switch (service) {
    case 'github':
      return text.replaceAll(AT_LINE_START, `$1${escaped(':')}`).replaceAll(ANYWHERE, `#${escaped('#')}`);
    case 'buildkite':
      return text.replaceAll(GROUP, (_match, before: string, sign: string) => before + escaped(sign));
    case 'gitlab':
    case undefined:
      return text;
    default:
      return service satisfies never;
  }
}

/** Does the same with one line of JSON, which keeps its value. */
export function jsonWithoutCommands(json: string, service: CiService | undefined): string {
  return service === 'github' ? json.replaceAll(ANYWHERE, '#\\u0023') : json;
}
