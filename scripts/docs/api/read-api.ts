import { join, relative } from 'node:path';
import type {
  Node,
  PropertyDeclaration,
  PropertySignatureDeclaration,
  VariableDeclaration,
} from 'typescript/unstable/ast';
import {
  isClassDeclaration,
  isFunctionDeclaration,
  isInterfaceDeclaration,
  isMethodDeclaration,
  isMethodSignatureDeclaration,
  isPropertyDeclaration,
  isPropertySignatureDeclaration,
  isTypeAliasDeclaration,
  isVariableDeclaration,
} from 'typescript/unstable/ast/is';
import { API, type Symbol as Named, NodeBuilderFlags, type Project, SymbolFlags } from 'typescript/unstable/sync';

/** A tag of a docstring: `param` with the name and the meaning of a parameter, `returns`, `throws`. */
export interface ApiTag {
  readonly name: string;
  readonly text: string;
}

/** A property or method of an exported interface or class. */
export interface ApiMember {
  /** `line?` for a property that may be left out, `log(message: string): void` for a method. */
  readonly name: string;
  /** The declared type; empty for a method. */
  readonly type: string;
  readonly description: string;
  readonly tags: readonly ApiTag[];
}

/** What an entry point exports under a name. */
export interface ApiExport {
  readonly name: string;
  /** The file that declares it, relative to the root of the repository. */
  readonly file: string;
  /** The docstring without its tags, in Markdown. */
  readonly description: string;
  readonly tags: readonly ApiTag[];
  /** The declaration without what it does; empty for an interface without type parameters, whose members say all. */
  readonly declaration: string;
  readonly members: readonly ApiMember[];
}

/** Reads with the TypeScript compiler what modules of the library export: path of the module → its exports, by name. */
export function readApi(root: string, modules: readonly string[]): ReadonlyMap<string, readonly ApiExport[]> {
  const api = new API({ cwd: root });
  try {
    const snapshot = api.updateSnapshot({ openProjects: [join(root, 'tsconfig.library.json')] });
    const [project] = snapshot.getProjects();
    if (project === undefined) throw new Error('the compiler has not opened tsconfig.library.json');
    return new Map(modules.map((path) => [path, exportsOf(project, root, path)]));
  } finally {
    api.close();
  }
}

function exportsOf(project: Project, root: string, path: string): readonly ApiExport[] {
  const { program, checker } = project;
  const source = program.getSourceFile(join(root, path));
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${path} is no module of tsconfig.library.json`);
  return checker
    .getExportsOfModule(module)
    .map((symbol) => {
      const named = (symbol.flags & SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol);
      return readExport(project, root, symbol.name, named);
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function readExport(project: Project, root: string, name: string, symbol: Named): ApiExport {
  const { checker } = project;
  const nodes = symbol.declarations.flatMap((each) => each.resolve(project) ?? []);
  const [node] = nodes;
  if (node === undefined) throw new Error(`the compiler finds no declaration of "${name}"`);
  const hasMembers = isInterfaceDeclaration(node) || isClassDeclaration(node);
  const members = hasMembers ? checker.getPropertiesOfType(checker.getDeclaredTypeOfSymbol(symbol)) : [];
  return {
    name,
    file: relative(root, node.getSourceFile().fileName),
    ...docstringOf(project, symbol),
    declaration: declarationOf(project, symbol, nodes),
    members: members.flatMap((member) => readMember(project, root, member)),
  };
}

function docstringOf({ checker }: Project, symbol: Named) {
  const tags = symbol.getJsDocTags(checker).map(({ name, text }) => ({ name, text: textOf(text) }));
  return { description: symbol.getDocumentationComment(checker), tags };
}

/** Returns the text of a tag, which begins with the name of the parameter if it is about one. */
function textOf(text: unknown): string {
  if (typeof text === 'string') return text;
  return Array.isArray(text) ? text.map((part: { readonly text: string }) => part.text).join('') : '';
}

function declarationOf(project: Project, symbol: Named, nodes: readonly Node[]): string {
  const [node] = nodes;
  if (node === undefined) return '';
  if (isFunctionDeclaration(node)) {
    // The last of several overloads is the implementation, which nobody sees.
    const overloads = nodes.filter((each) => isFunctionDeclaration(each) && each.body === undefined);
    return (overloads.length > 0 ? overloads : nodes).map((each) => headOf(each)).join('\n');
  }
  if (isVariableDeclaration(node)) return `const ${symbol.name}: ${typeOf(project, symbol, node)}`;
  if (isTypeAliasDeclaration(node) && isHidden(node.type)) {
    const type = project.checker.getDeclaredTypeOfSymbol(symbol);
    return `type ${symbol.name} = ${project.checker.typeToString(type, node, NodeBuilderFlags.InTypeAlias)};`;
  }
  if (!isInterfaceDeclaration(node) && !isClassDeclaration(node)) return withoutExport(node.getText());
  const isPlain = node.typeParameters === undefined && node.heritageClauses === undefined;
  return isPlain && isInterfaceDeclaration(node) ? '' : headOf(node);
}

/** Returns the type of a variable or a property as it is declared, unless it is inferred from a value. */
function typeOf(
  { checker }: Project,
  symbol: Named,
  node: VariableDeclaration | PropertySignatureDeclaration | PropertyDeclaration,
): string {
  const type = checker.getTypeOfSymbol(symbol);
  if (node.type !== undefined && !isHidden(node.type)) return node.type.getText();
  const text = type === undefined ? 'unknown' : checker.typeToString(type, node, NodeBuilderFlags.NoTruncation);
  return (symbol.flags & SymbolFlags.Optional) === 0 ? text : text.replace(/ \| undefined$/, '');
}

/** Whether a type is that of a value, whose name says nothing to a reader. */
function isHidden(type: Node): boolean {
  return /\btypeof\b/.test(type.getText());
}

/** Returns the text of a declaration before its body. */
function headOf(node: Node): string {
  const text = node.getText();
  if (isFunctionDeclaration(node))
    return withoutExport(node.body === undefined ? text : text.slice(0, node.body.getStart() - node.getStart()));
  return withoutExport(text.slice(0, text.indexOf('{')));
}

function withoutExport(text: string): string {
  return text.replace(/^export (default )?/, '').trimEnd();
}

/** Returns nothing for what is private, or inherited from JavaScript's own classes. */
function readMember(project: Project, root: string, symbol: Named): readonly ApiMember[] {
  const node = symbol.declarations[0]?.resolve(project);
  if (node === undefined || !node.getSourceFile().fileName.startsWith(join(root, 'src'))) return [];
  const docstring = docstringOf(project, symbol);
  if (isPropertySignatureDeclaration(node) || isPropertyDeclaration(node)) {
    // What has no type annotation only gives a value to what is inherited.
    if (node.name.getText().startsWith('#') || node.type === undefined) return [];
    const isOptional = (symbol.flags & SymbolFlags.Optional) !== 0;
    return [{ name: `${symbol.name}${isOptional ? '?' : ''}`, type: typeOf(project, symbol, node), ...docstring }];
  }
  if (isMethodSignatureDeclaration(node)) return [{ name: node.getText().replace(/;$/, ''), type: '', ...docstring }];
  if (!isMethodDeclaration(node) || node.name.getText().startsWith('#')) return [];
  const text = node.getText();
  const head = node.body === undefined ? text : text.slice(0, node.body.getStart() - node.getStart());
  return [{ name: head.trimEnd(), type: '', ...docstring }];
}
