import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { stringify } from 'yaml';
import { STARTER, TEMPLATE_FILE } from './init-templates.ts';
import type { NewFile } from './write-new-files.ts';

const TSCONFIG = 'tsconfig.json';

/** Returns the files of a new project in the folder `target`, made from the folder `template`. */
export function newFiles(
  target: string,
  template: string,
  { schema, manifest }: { readonly schema: string; readonly manifest: string | undefined },
): readonly NewFile[] {
  const files = readdirSync(template, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== TEMPLATE_FILE && entry.name !== TSCONFIG)
    .map((entry) => relative(template, join(entry.parentPath, entry.name)))
    .sort()
    .map((path): NewFile => {
      const content = readFileSync(join(template, path));
      if (path === 'pipeline.yaml') return { path, content: named(String(content), target, schema), ifThere: 'refuse' };
      return { path, content, ifThere: path === 'README.md' ? 'leave' : 'refuse' };
    });
  const tsconfig = readFileSync(join(dirname(template), STARTER, TSCONFIG), 'utf8');
  return [
    ...files.filter(({ path }) => path !== 'pipeline.yaml'),
    { path: TSCONFIG, content: tsconfig, ifThere: 'leave' },
    ...(manifest === undefined ? [] : [{ path: 'package.json', content: manifest, ifThere: 'leave' } as const]),
    { path: '.gitignore', content: 'cache/\nnode_modules/\n', ifThere: { addLine: 'cache/' } },
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
