import type { CiService } from '../../../shared/text/ci-service.ts';
import { visibleLine } from '../../../shared/text/visible.ts';

/** How the log of a CI service is told where a group of lines begins and ends. */
export interface Groups {
  /** Returns the line that begins a group. `title`: its name, from outside. */
  begin(title: string): string;
  /** Returns what ends the group. What is printed next follows it directly. */
  end(): string;
}

/** Erases the rest of the line, which GitLab expects around its marks. */
const ERASE = '\u001B[0K';

/** @param seconds returns the time, in seconds since 1970. */
export function groupsOf(service: CiService, seconds: () => number): Groups {
  switch (service) {
    case 'github':
      return { begin: (title) => `::group::${escapeData(visibleLine(title))}\n`, end: () => '::endgroup::\n' };
    case 'gitlab': {
      // Sections need names of their own, which are not shown.
      let count = 0;
      const mark = (what: string, options: string) =>
        `${ERASE}section_${what}:${Math.floor(seconds())}:pipeline_${count}${options}\r${ERASE}`;
      return {
        begin: (title) => {
          count += 1;
          return `${mark('start', '[collapsed=true]')}${visibleLine(title)}\n`;
        },
        end: () => `${mark('end', '')}\n`,
      };
    }
    case 'buildkite':
      // A group ends where the next one begins: the line that follows is the title of an open one.
      return { begin: (title) => `--- ${visibleLine(title)}\n`, end: () => '+++ ' };
    default:
      return service satisfies never;
  }
}

/** Escapes the text of a workflow command of GitHub. */
export function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** Escapes a property of a workflow command of GitHub. */
export function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
