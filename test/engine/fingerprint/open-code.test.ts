import { transform } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { loadedByText } from '../../../src/engine/fingerprint/open-code.ts';

const withoutComments = (text: string) =>
  transform(text, { minifyWhitespace: true, legalComments: 'none', logLevel: 'silent' }).then(
    ({ code }) => code,
    () => undefined,
  );

const read = (text: string, ...imported: readonly string[]) => loadedByText(text, new Set(imported), withoutComments);

describe('a module of a package', () => {
  test.each([
    'require(name)',
    'require(`./parts/${name}`)',
    'require("./parts/" + name)',
    'require.resolve(name)',
    'const load = require; load("x")',
    'list.map(require)',
    'module.require(name)',
    'import(name)',
    'import("./parts/" + name)',
    'new Function("name", "return import(name)")',
    'readFileSync(__dirname + "/data.txt")',
    'readFileSync(join(dirname(__filename), "x"))',
    'new URL("./x.wasm", import.meta.url)',
    'createRequire(base)("x")',
    'eval("quire".replace(/^/, "re"))("x")',
    'process.dlopen(module, path)',
    'module.paths.push("/x")',
    'process.getBuiltinModule("module")',
    'this cannot be parsed: require(',
  ])('is open if it may load something by a name that is known only when it runs: %s', async (text) => {
    expect((await read(text)).isOpen).toBe(true);
  });

  test.each([
    'exports.a = require("./a"); exports.b = require(`./a`)',
    'import("./a").then(use)',
    'import { a } from "./a"; export default a',
    '(typeof exports === "object" && typeof module !== "undefined") ? (module.exports = f()) : f()',
    'if (typeof require === "function") start()',
    'const required = options.require; form.require()',
    '// require(name), __dirname and import.meta.url\nexports.a = 1',
    '/** @type {import("./types").Shape} */\nexports.a = 1',
  ])('is not open if all that it loads is known before: %s', async (text) => {
    expect(await read(text, './a')).toEqual({ isOpen: false, mentioned: [] });
  });

  test('mentions what a string or code that is not reached names, which is imported all the same', async () => {
    for (const text of ['\'require("x/inner")\'', '"require(\\"x/inner\\")"'])
      expect(await read(`run(${text})`)).toEqual({ isOpen: false, mentioned: ['x/inner'] });
    expect(await read('try { require("maybe") } catch {}')).toEqual({ isOpen: false, mentioned: ['maybe'] });
    expect(await read('require("node:fs"); require("fs")')).toEqual({ isOpen: false, mentioned: [] });
  });
});
