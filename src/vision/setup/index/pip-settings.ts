import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** What pip is told about where packages come from, by its environment variables and configuration files. */
export interface PipSettings {
  /** The addresses of simple indexes, in order. */
  readonly indexes: readonly string[];
  /** Folders with packages, or pages that list some. */
  readonly findLinks: readonly string[];
  /** A file of certificate authorities. */
  readonly certificates?: string;
  readonly proxy?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads what `pip download` would: environment variables go before the section `download` of the configuration files, and
 * that before their section `global`. Of several files the later one counts.
 */
export function readPipSettings(
  env: Environment = process.env,
  platform: string = process.platform,
  ofSystem = '/etc/pip.conf',
): PipSettings {
  const files = configurationFiles(env, platform, ofSystem).map(readIni);
  const find = (key: string): string | undefined => {
    const variable = env[`PIP_${key.replaceAll('-', '_').toUpperCase()}`];
    if (variable) return variable;
    for (const section of ['download', 'global']) {
      const value = files.findLast((file) => file.has(`${section}.${key}`))?.get(`${section}.${key}`);
      if (value) return value;
    }
    return undefined;
  };
  const words = (key: string) => (find(key) ?? '').split(/\s+/).filter(Boolean);
  const noIndex = ['1', 'true', 'yes', 'on'].includes(find('no-index')?.toLowerCase() ?? '');
  const [certificates, proxy] = [find('cert'), find('proxy')];
  return {
    indexes: noIndex ? [] : [find('index-url') ?? 'https://pypi.org/simple', ...words('extra-index-url')],
    findLinks: words('find-links'),
    ...(certificates !== undefined && { certificates }),
    ...(proxy !== undefined && { proxy }),
  };
}

/** The files that pip reads, those that count more last. */
function configurationFiles(env: Environment, platform: string, ofSystem: string): readonly string[] {
  const own = env['PIP_CONFIG_FILE'];
  if (own === '/dev/null') return [];
  const home = env['HOME'] ?? homedir();
  const isMac = platform === 'darwin';
  const shared = isMac ? ['/Library/Application Support'] : (env['XDG_CONFIG_DIRS'] || '/etc/xdg').split(delimiter);
  const user = env['XDG_CONFIG_HOME'] || join(home, '.config');
  return [
    ...shared.map((folder) => join(folder, 'pip', 'pip.conf')),
    ofSystem,
    join(home, '.pip', 'pip.conf'),
    ...(isMac ? [join(home, 'Library', 'Application Support', 'pip', 'pip.conf')] : []),
    join(user, 'pip', 'pip.conf'),
    ...(env['VIRTUAL_ENV'] ? [join(env['VIRTUAL_ENV'], 'pip.conf')] : []),
    ...(own ? [own] : []),
  ];
}

/** Returns the values of an INI file as Python's configparser reads it, by `section.key`. A missing file has none. */
function readIni(file: string): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  let [section, last] = ['', ''];
  for (const line of readIfThere(file).split(/\r?\n/)) {
    if (/^\s*([#;]|$)/.test(line)) continue;
    const header = /^\[([^\]]+)\]/.exec(line)?.[1];
    const [, key, value = ''] = /^([^\s=:][^=:]*?)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    if (header !== undefined) section = header.trim();
    else if (/^\s/.test(line) && last !== '') values.set(last, `${values.get(last)} ${line.trim()}`.trim());
    else if (key !== undefined) {
      last = `${section}.${key.toLowerCase().replaceAll('_', '-')}`;
      values.set(last, value.trim());
    }
  }
  return values;
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
