import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ts } from 'ts-morph';
import { findUpwards } from '../target/import.ts';

/** The parsed modules of an app, and what their names mean. */
export class SourceFiles {
  private readonly parsed = new Map<string, ts.SourceFile | undefined>();
  private readonly options = new Map<string, ts.CompilerOptions>();

  /** The declaration of a name that a module exports. */
  exported(file: string, name: string, seen: ReadonlySet<string> = new Set()): ts.Node | undefined {
    const source = this.parse(file);
    if (source === undefined || seen.has(file)) return undefined;
    const next = new Set([...seen, file]);
    for (const statement of source.statements) {
      const found = this.exportedBy(statement, name, next);
      if (found) return found;
    }
    return undefined;
  }

  /** What a name stands for, in the scopes around it: a declaration here or in the module that it is imported from. */
  declared(name: ts.Identifier): ts.Node | undefined {
    for (let scope: ts.Node | undefined = name.parent; scope; scope = scope.parent) {
      const statements = ts.isSourceFile(scope) || ts.isBlock(scope) ? scope.statements : [];
      for (const statement of statements) {
        const found = this.declaredBy(statement, name.text);
        if (found && found !== name.parent) return found;
      }
    }
    return undefined;
  }

  /** The module of `import('./x.ts')` or `require('./x')`, with the names that are taken out of it. */
  imported(call: ts.CallExpression): { node: ts.SourceFile; names: string[] } | undefined {
    const { expression, arguments: given } = call;
    const [argument] = given;
    const isRequire = ts.isIdentifier(expression) && expression.text === 'require';
    if (expression.kind === ts.SyntaxKind.ImportKeyword || isRequire) {
      if (argument === undefined || !ts.isStringLiteralLike(argument)) return undefined;
      const node = this.module(argument);
      // `lazy(() => import('./x.ts'))` takes the only router of the module.
      const isTaken = ts.isPropertyAccessExpression(call.parent) || ts.isAwaitExpression(call.parent);
      const names = isRequire || isTaken ? [] : routersOf(node);
      return node && { node, names };
    }
    if (!ts.isPropertyAccessExpression(expression) || expression.name.text !== 'then') return undefined;
    const inner = ts.isCallExpression(expression.expression)
      ? this.imported(expression.expression)
      : undefined;
    const name = argument && takenBy(argument);
    return inner && name !== undefined ? { node: inner.node, names: [name] } : undefined;
  }

  private parse(file: string): ts.SourceFile | undefined {
    if (!this.parsed.has(file)) {
      const isOfApp = !/[\\/]node_modules[\\/]|\.d\.[cm]?ts$/.test(file);
      const text = isOfApp ? readFileSync(file, 'utf8') : undefined;
      const made =
        text === undefined ? undefined : ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
      this.parsed.set(file, made);
    }
    return this.parsed.get(file);
  }

  private module(specifier: ts.StringLiteralLike): ts.SourceFile | undefined {
    const from = specifier.getSourceFile().fileName;
    const { resolvedModule } = ts.resolveModuleName(specifier.text, from, this.optionsFor(from), ts.sys);
    return resolvedModule && this.parse(resolvedModule.resolvedFileName);
  }

  /** Those of the nearest tsconfig.json, for its `paths`. */
  private optionsFor(file: string): ts.CompilerOptions {
    const folder = dirname(file);
    const known = this.options.get(folder);
    if (known) return known;
    const config = findUpwards(folder, 'tsconfig.json');
    const read =
      config === undefined
        ? {}
        : (ts.readConfigFile(config, (path) => ts.sys.readFile(path)).config as unknown);
    const { options } =
      config === undefined
        ? { options: {} }
        : ts.parseJsonConfigFileContent(read ?? {}, { ...ts.sys, readDirectory: () => [] }, dirname(config));
    const made = {
      ...options,
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      allowImportingTsExtensions: true,
      allowJs: true,
    };
    this.options.set(folder, made);
    return made;
  }

  private exportedBy(statement: ts.Statement, name: string, seen: ReadonlySet<string>): ts.Node | undefined {
    if (ts.isExportAssignment(statement)) return name === 'default' ? statement : undefined;
    if (ts.isExportDeclaration(statement)) return this.reExportedBy(statement, name, seen);
    if (ts.isExpressionStatement(statement)) return assignedBy(statement.expression, name);
    const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
    if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return undefined;
    const isDefault = modifiers.some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword);
    if (isDefault) return name === 'default' ? statement : undefined;
    return this.declaredBy(statement, name);
  }

  private reExportedBy(
    { exportClause, moduleSpecifier }: ts.ExportDeclaration,
    name: string,
    seen: ReadonlySet<string>,
  ): ts.Node | undefined {
    const from =
      moduleSpecifier && ts.isStringLiteralLike(moduleSpecifier) ? this.module(moduleSpecifier) : undefined;
    if (exportClause === undefined)
      return from && name !== 'default' ? this.exported(from.fileName, name, seen) : undefined;
    if (ts.isNamespaceExport(exportClause)) return exportClause.name.text === name ? from : undefined;
    const element = exportClause.elements.find((each) => each.name.text === name);
    if (element === undefined) return undefined;
    const own = element.propertyName ?? element.name;
    if (moduleSpecifier) return from && this.exported(from.fileName, own.text, seen);
    return ts.isIdentifier(own) ? this.declared(own) : undefined;
  }

  private declaredBy(statement: ts.Statement, name: string): ts.Node | undefined {
    if (ts.isImportDeclaration(statement)) return this.importedBy(statement, name);
    if (ts.isFunctionDeclaration(statement)) return statement.name?.text === name ? statement : undefined;
    if (!ts.isVariableStatement(statement)) return undefined;
    for (const declaration of statement.declarationList.declarations) {
      if (ts.isIdentifier(declaration.name)) {
        if (declaration.name.text === name) return declaration;
        continue;
      }
      // `const { usersRouter } = require('./users')`
      const { initializer } = declaration;
      const taken = declaration.name.elements.find(
        (each) => ts.isBindingElement(each) && ts.isIdentifier(each.name) && each.name.text === name,
      );
      if (!taken || !initializer || !ts.isCallExpression(initializer)) continue;
      const module = this.imported(initializer);
      const { propertyName } = taken as ts.BindingElement;
      const own = propertyName && ts.isIdentifier(propertyName) ? propertyName.text : name;
      return module && this.exported(module.node.fileName, own);
    }
    return undefined;
  }

  private importedBy(
    { importClause, moduleSpecifier }: ts.ImportDeclaration,
    name: string,
  ): ts.Node | undefined {
    if (importClause === undefined || !ts.isStringLiteralLike(moduleSpecifier)) return undefined;
    const { namedBindings } = importClause;
    const element =
      namedBindings && ts.isNamedImports(namedBindings)
        ? namedBindings.elements.find((each) => each.name.text === name)
        : undefined;
    const isDefault = importClause.name?.text === name;
    const isAll = namedBindings && ts.isNamespaceImport(namedBindings) && namedBindings.name.text === name;
    if (!element && !isDefault && !isAll) return undefined;
    const from = this.module(moduleSpecifier);
    if (from === undefined || isAll) return from;
    return this.exported(
      from.fileName,
      isDefault ? 'default' : (element!.propertyName ?? element!.name).text,
    );
  }
}

/** `(m) => m.usersRouter` and `({ usersRouter }) => usersRouter`. */
function takenBy(node: ts.Expression): string | undefined {
  if (!ts.isArrowFunction(node)) return undefined;
  const { body } = node;
  if (ts.isPropertyAccessExpression(body)) return body.name.text;
  return ts.isIdentifier(body) ? body.text : undefined;
}

/** The names of the routers that a module exports: its only export, or the one whose name says so. */
function routersOf(source: ts.SourceFile | undefined): string[] {
  const names = (source?.statements ?? []).flatMap((statement): string[] => {
    if (ts.isExportAssignment(statement)) return ['default'];
    if (
      !ts.isVariableStatement(statement) ||
      !statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)
    )
      return [];
    return statement.declarationList.declarations.flatMap(({ name }) =>
      ts.isIdentifier(name) ? name.text : [],
    );
  });
  const [only] = names.length === 1 ? names : names.filter((name) => /router$/i.test(name));
  return only === undefined ? [] : [only];
}

/** `exports.appRouter = …` and `module.exports = { appRouter }`. */
function assignedBy(expression: ts.Expression, name: string): ts.Node | undefined {
  if (!ts.isBinaryExpression(expression) || !ts.isPropertyAccessExpression(expression.left)) return undefined;
  const { left, right } = expression;
  if (left.name.text === name && /^(module\.)?exports$/.test(left.expression.getText())) return right;
  if (left.getText() !== 'module.exports') return undefined;
  if (!ts.isObjectLiteralExpression(right)) return name === 'default' ? right : undefined;
  for (const property of right.properties) {
    if (property.name?.getText() !== name) continue;
    if (ts.isPropertyAssignment(property)) return property.initializer;
    if (ts.isShorthandPropertyAssignment(property)) return property.name;
  }
  return undefined;
}
