import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type { DoctorCheck } from '../../shared/extensions/doctor-check.ts';

/** Returns a check that an npm package is installed, in any version. */
export function checkPackage(name: string): DoctorCheck {
  return {
    async run(root) {
      const folder = packageFolder(name, root);
      const version = folder === undefined ? undefined : packageVersion(folder);
      return [
        version === undefined
          ? { name, ok: false, found: 'not installed', advice: `Install it: npm install ${name}` }
          : { name, ok: true, found: version },
      ];
    },
  };
}

/** Returns the folder of a package as code in `root` would import it, otherwise as this module would. */
export function packageFolder(name: string, root: string): string | undefined {
  for (const from of [`${root}/`, import.meta.url]) {
    try {
      const main = createRequire(from).resolve(name);
      const parts = main.split(`/node_modules/${name}/`);
      return parts.length > 1
        ? `${parts.slice(0, -1).join(`/node_modules/${name}/`)}/node_modules/${name}`
        : dirname(main);
    } catch {
      // Not installed there.
    }
  }
  return undefined;
}

function packageVersion(folder: string): string | undefined {
  return (createRequire(import.meta.url)(`${folder}/package.json`) as { version?: string }).version;
}
