import { expect, test } from 'vitest';
import { readPipSettings } from '../../../../src/vision/setup/index/pip-settings.ts';
import { Machine } from '../../../support/machine.ts';

/** What pip's settings are in a home folder with these configuration files. */
function settings(
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
  platform = 'linux',
) {
  const machine = new Machine();
  for (const [name, text] of Object.entries(files)) machine.write(name, text);
  const own = { HOME: machine.directory, XDG_CONFIG_DIRS: machine.path('etc'), VIRTUAL_ENV: machine.path('venv') };
  return readPipSettings({ ...own, ...env }, platform, machine.path('etc/pip.conf'));
}

test('uses PyPI by default', () => {
  expect(settings({})).toEqual({ indexes: ['https://pypi.org/simple'], findLinks: [] });
});

test('reads the configuration file of the user', () => {
  const text = [
    '# comment',
    '[global]',
    'index-url = https://mirror.example/simple',
    'extra_index_url =',
    '    https://a.example/simple',
    '    https://b.example/simple',
    'cert: /etc/ssl/company.pem',
    '[install]',
    'index-url = https://ignored.example/simple',
  ].join('\n');
  expect(settings({ '.config/pip/pip.conf': text })).toEqual({
    indexes: ['https://mirror.example/simple', 'https://a.example/simple', 'https://b.example/simple'],
    findLinks: [],
    certificates: '/etc/ssl/company.pem',
  });
});

test.each([
  ['the system', 'etc/pip.conf'],
  ['the system, by XDG_CONFIG_DIRS', 'etc/pip/pip.conf'],
  ['the user, in its old place', '.pip/pip.conf'],
  ['a virtual environment', 'venv/pip.conf'],
])('reads the configuration file of %s', (_whose, file) => {
  expect(settings({ [file]: '[global]\nindex-url = https://mirror.example/simple' }).indexes).toEqual([
    'https://mirror.example/simple',
  ]);
});

test('prefers the user to the system, the section of the command to the global one, and the environment to both', () => {
  const files = {
    'etc/pip/pip.conf': '[global]\nindex-url = https://system.example',
    '.config/pip/pip.conf': '[global]\nindex-url = https://user.example',
  };
  expect(settings(files).indexes).toEqual(['https://user.example']);
  const withCommand = { ...files, 'etc/pip/pip.conf': '[download]\nindex-url = https://download.example' };
  expect(settings(withCommand).indexes).toEqual(['https://download.example']);
  expect(settings(withCommand, { PIP_INDEX_URL: 'https://environment.example' }).indexes).toEqual([
    'https://environment.example',
  ]);
});

test('reads the file that PIP_CONFIG_FILE names last, and no file if that is /dev/null', () => {
  const files = {
    '.config/pip/pip.conf': '[global]\nindex-url = https://user.example',
    'own.conf': '[global]\nindex-url = https://own.example',
  };
  const machine = new Machine();
  const own = machine.write('own.conf', files['own.conf']);
  expect(settings(files, { PIP_CONFIG_FILE: own }).indexes).toEqual(['https://own.example']);
  expect(settings(files, { PIP_CONFIG_FILE: '/dev/null' }).indexes).toEqual(['https://pypi.org/simple']);
});

test('searches no index with no-index, and the folders of find-links', () => {
  expect(settings({}, { PIP_NO_INDEX: '1', PIP_FIND_LINKS: '/wheels /more', PIP_PROXY: 'http://proxy:3128' })).toEqual({
    indexes: [],
    findLinks: ['/wheels', '/more'],
    proxy: 'http://proxy:3128',
  });
});

test('reads the folder of macOS there', () => {
  const files = { 'Library/Application Support/pip/pip.conf': '[global]\nindex-url = https://mac.example' };
  expect(settings(files, {}, 'darwin').indexes).toEqual(['https://mac.example']);
});
