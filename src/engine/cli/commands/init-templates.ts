import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problem, type Result, success } from '../../../shared/problem.ts';

/** The file that makes an example a template. */
export const TEMPLATE_FILE = 'template.json';

/** The template without `--template`, and where the others take files from that they do not have. */
export const STARTER = 'starter';

/** What a new project is made from. */
export interface Template {
  readonly name: string;
  readonly folder: string;
  readonly description: string;
  /** The packages that its stages import, which are dependencies of this package. */
  readonly packages?: readonly string[];
  /** What to do before the first run, besides installing packages. `{dist}` is the folder of this package's programs. */
  readonly next?: readonly string[];
}

/** Finds a template by its name in the folder `examples`; an unknown name is a problem that lists all. */
export function findTemplate(examples: string, name: string): Result<Template> {
  const templates = readdirSync(examples)
    .sort()
    .filter((each) => existsSync(join(examples, each, TEMPLATE_FILE)))
    .map((each) => readTemplate(examples, each));
  const found = templates.find((template) => template.name === name);
  if (found !== undefined) return success(found);
  const lines = templates.map(({ name, description }) => `${name}: ${description}`);
  return problem(`there is no template "${name}"`, { advice: `These are the templates.\n    ${lines.join('\n    ')}` });
}

function readTemplate(examples: string, name: string): Template {
  const folder = join(examples, name);
  const about = JSON.parse(readFileSync(join(folder, TEMPLATE_FILE), 'utf8')) as Omit<Template, 'name' | 'folder'>;
  return { ...about, name, folder };
}
