import type ts from 'typescript-6';
import type { Compiler } from '../compiler.ts';

/** The name that the app gives a type: `Customer`, or `Page_Customer` for `Page<Customer>`. */
export function nameOf(
  type: ts.Type,
  compiler: Compiler,
  checker: ts.TypeChecker,
  depth = 0,
): string | undefined {
  if (depth > 3) return undefined;
  const { aliasSymbol, aliasTypeArguments } = type;
  const inner = (each: ts.Type): string | undefined => nameOf(each, compiler, checker, depth + 1);
  if (aliasSymbol !== undefined && !isOfLibrary(aliasSymbol)) {
    return join(aliasSymbol.name, (aliasTypeArguments ?? []).map(inner));
  }
  const { symbol } = type;
  const { ObjectFlags, SymbolFlags } = compiler;
  if (symbol === undefined || !(symbol.flags & (SymbolFlags.Class | SymbolFlags.Interface))) return undefined;
  const isReference = ((type as ts.ObjectType).objectFlags & ObjectFlags.Reference) !== 0;
  const given = isReference ? checker.getTypeArguments(type as ts.TypeReference) : [];
  const names = given.map(inner);
  if (!isOfLibrary(symbol)) return join(symbol.name, names);
  const [item] = names;
  return item === undefined ? undefined : join(item, [symbol.name.toLowerCase()]);
}

/** Whether TypeScript declares it. Names such as `Pick` and `Omit` say how a type was made, and not what it is. */
export function isOfLibrary({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some((declaration) =>
    /[\\/]lib\.[^\\/]*\.d\.ts$/.test(declaration.getSourceFile().fileName),
  );
}

function join(name: string, given: readonly (string | undefined)[]): string | undefined {
  // A class that is exported as default has no name of its own.
  if (name === 'default' || name.startsWith('__')) return undefined;
  const named = given.filter((each) => each !== undefined);
  return [name, ...named]
    .join('_')
    .replaceAll(/[^\w.-]/g, '_')
    .slice(0, mostCharacters);
}

const mostCharacters = 60;
