import { join, relative } from 'node:path';
import type { Node } from 'typescript/unstable/ast';
import {
  isClassDeclaration,
  isFunctionDeclaration,
  isInterfaceDeclaration,
  isMethodDeclaration,
  isMethodSignatureDeclaration,
  isPropertyDeclaration,
  isPropertySignatureDeclaration,
  isVariableDeclaration,
} from 'typescript/unstable/ast/is';
import { API, type Symbol as Named, NodeBuilderFlags, type Project, SymbolFlags } from 'typescript/unstable/sync';

/** A property or method of an exported interface or class. */
export interface ApiMember {
  /** `line?` for a property that may be left out, `log(message: string): void` for a method. */
  readonly name: string;
  /** The declared type; empty for a method. */
  readonly type: string;
  readonly description: string;
}

/** What an entry point exports under a name. */
export interface ApiExport {
  readonly name: string;
  /** The file that declares it, relative to the root of the repository. */
  readonly file: string;
  /** The docstring without its tags, in Markdown. */
  readonly description: string;
  /** The texts of `@param NAME` and `@returns` of the docstring, in order. */
  readonly tags: readonly { readonly name: string; readonly text: string }[];
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
  const tags = symbol.getJsDocTags(checker);
  return {
    name,
    file: relative(root, node.getSourceFile().fileName),
    description: symbol.getDocumentationComment(checker),
    tags: tags.map((tag) => ({ name: tag.name, text: textOf(tag.text) })),
    declaration: declarationOf(project, symbol, nodes),
    members: members.flatMap((member) => readMember(project, root, member)),
  };
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
  if (isVariableDeclaration(node)) {
    const type = project.checker.getTypeOfSymbol(symbol);
    const text =
      node.type?.getText() ??
      (type && project.checker.typeToString(type, node, NodeBuilderFlags.NoTruncation)) ??
      'unknown';
    return `const ${symbol.name}: ${text}`;
  }
  if (!isInterfaceDeclaration(node) && !isClassDeclaration(node)) return withoutExport(node.getText());
  const isPlain = node.typeParameters === undefined && node.heritageClauses === undefined;
  return isPlain && isInterfaceDeclaration(node) ? '' : headOf(node);
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
  const description = symbol.getDocumentationComment(project.checker);
  if (isPropertySignatureDeclaration(node) || isPropertyDeclaration(node)) {
    // What has no type annotation only gives a value to what is inherited.
    if (node.name.getText().startsWith('#') || node.type === undefined) return [];
    const isOptional = (symbol.flags & SymbolFlags.Optional) !== 0;
    return [{ name: `${symbol.name}${isOptional ? '?' : ''}`, type: node.type.getText(), description }];
  }
  if (isMethodSignatureDeclaration(node)) return [{ name: node.getText().replace(/;$/, ''), type: '', description }];
  if (!isMethodDeclaration(node) || node.name.getText().startsWith('#')) return [];
  const text = node.getText();
  const head = node.body === undefined ? text : text.slice(0, node.body.getStart() - node.getStart());
  return [{ name: head.trimEnd(), type: '', description }];
}
