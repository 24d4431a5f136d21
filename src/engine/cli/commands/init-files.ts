import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { stringify } from 'yaml';
import type { NewFile } from './write-new-files.ts';

/** Returns the files of a new project in the folder `target`. */
export function newFiles(
  target: string,
  template: string,
  { schema, manifest }: { readonly schema: string; readonly manifest: string | undefined },
): readonly NewFile[] {
  const files = readdirSync(template, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(template, join(entry.parentPath, entry.name)))
    .sort()
    .map((path): NewFile => {
      const text = readFileSync(join(template, path), 'utf8');
      if (path === 'tsconfig.json') return { path, text, ifThere: 'leave' };
      return { path, text: path === 'pipeline.yaml' ? named(text, target, schema) : text, ifThere: 'refuse' };
    });
  return [
    ...files.filter(({ path }) => path !== 'pipeline.yaml'),
    ...(manifest === undefined ? [] : [{ path: 'package.json', text: manifest, ifThere: 'leave' } as const]),
    { path: '.gitignore', text: 'cache/\nnode_modules/\n', ifThere: { addLine: 'cache/' } },
    // Written last, since this file makes the folder a pipeline.
    ...files.filter(({ path }) => path === 'pipeline.yaml'),
  ];
}

/** Returns the template's pipeline file with the project's name, and with the relative path of the schema for editors. */
function named(text: string, target: string, schema: string): string {
  const path = relative(target, schema).split(sep).join('/');
  const name = stringify(basename(target) || 'pipeline', { lineWidth: 0 }).trimEnd();
  return text
    .replace(/\$schema=.*/, () => `$schema=${path.startsWith('.') ? path : `./${path}`}`)
    .replace(/^name: .*$/m, () => `name: ${name}`);
}
