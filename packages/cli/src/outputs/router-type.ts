import type ts from 'typescript-6';
import { CliError } from '../cli-error.ts';
import { exitCode } from '../exit-code.ts';
import type { Compiler } from './compiler.ts';

/** The type of a procedure of a router. */
export interface ProcedureType {
  path: string;
  kind: 'query' | 'mutation' | 'subscription';
  output: ts.Type;
}

/** A module as the command line names it. */
export interface NamedModule {
  file: string;
  /** How messages name it. */
  name: string;
  /** The export that was asked for. */
  exportName: string | undefined;
}

const usualNames = ['appRouter', 'default', 'router', 'AppRouter'];
const unavailable = { exitCode: exitCode.unavailable };

/** Finds the procedures of the router that a module exports. Throws a `CliError` that says what to name. */
export function readProcedures(
  compiler: Compiler,
  program: ts.Program,
  module: NamedModule,
): ProcedureType[] {
  const checker = program.getTypeChecker();
  const router = findRouter(compiler, program, checker, module);
  const procedures = collect(recordOf(router, checker)!, [], compiler, checker);
  if (procedures.length === 0) {
    throw new CliError(`The type of the router in ${module.name} has no procedures`, {
      ...unavailable,
      fix: 'Export the router as t.router({…}) makes it, without a type such as AnyTRPCRouter, which forgets its procedures.',
    });
  }
  return procedures.toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

function findRouter(
  compiler: Compiler,
  program: ts.Program,
  checker: ts.TypeChecker,
  { file, name, exportName }: NamedModule,
): ts.Type {
  const source = program.getSourceFile(file);
  const symbol = source && checker.getSymbolAtLocation(source);
  const exports = symbol === undefined ? [] : exportsOf(symbol, checker, compiler);
  const routers = exports.filter(({ type }) => recordOf(type, checker) !== undefined);
  const names = routers.map((each) => each.name);
  if (exportName !== undefined) {
    const found = routers.find((each) => each.name === exportName);
    if (found) return found.type;
    const exported = exports.find((each) => each.name === exportName);
    const what =
      exported === undefined
        ? `${name} exports no ${exportName}`
        : `${exportName} of ${name} is not a tRPC router: its type is ${typeName(exported.type, checker)}`;
    throw new CliError(what, { ...unavailable, fix: adviceFor(name, names) });
  }
  const values = routers.filter((each) => each.isValue);
  const candidates = values.length > 0 ? values : routers;
  if (candidates.length === 0) {
    const any = exports.find(
      (each) => usualNames.includes(each.name) && (each.type.flags & compiler.TypeFlags.Any) !== 0,
    );
    throw new CliError(any ? `The type of ${any.name} in ${name} is any` : `${name} exports no tRPC router`, {
      ...unavailable,
      fix: any
        ? 'Check that @trpc/server is installed, and that `npx tsc --noEmit` finds the modules that are imported.'
        : 'Name the module that exports the result of t.router({…}), such as src/router.ts#appRouter.',
    });
  }
  const usual = usualNames
    .map((each) => candidates.find((found) => found.name === each))
    .find((each) => each);
  const isOne = new Set(candidates.map(({ type }) => type)).size === 1;
  if (isOne) return candidates[0]!.type;
  if (usual) return usual.type;
  throw new CliError(`${name} exports several routers: ${names.join(', ')}`, {
    ...unavailable,
    fix: adviceFor(name, names),
  });
}

interface Exported {
  name: string;
  type: ts.Type;
  isValue: boolean;
}

function exportsOf(module: ts.Symbol, checker: ts.TypeChecker, compiler: Compiler): Exported[] {
  const { SymbolFlags } = compiler;
  const symbols = checker.getExportsOfModule(module);
  const whole = module.exports?.get(compiler.InternalSymbolName.ExportEquals);
  const all = whole && !symbols.includes(whole) ? [...symbols, whole] : symbols;
  return all.map((symbol): Exported => {
    const target = symbol.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const isValue = (target.flags & SymbolFlags.Value) !== 0;
    const name = symbol === whole ? 'default' : symbol.name;
    const type = isValue ? checker.getTypeOfSymbol(target) : checker.getDeclaredTypeOfSymbol(target);
    return { name, type, isValue };
  });
}

function adviceFor(name: string, names: readonly string[]): string {
  return names.length === 0
    ? 'Name the module that exports the result of t.router({…}), such as src/router.ts#appRouter.'
    : `Say which, for example ${name}#${names[0]}.`;
}

/** The types of the procedures, if this is the type of a router. */
function recordOf(type: ts.Type, checker: ts.TypeChecker): ts.Type | undefined {
  const def = typeAt(type, '_def', checker);
  const isRouter = def?.getProperty('router') !== undefined || def?.getProperty('procedures') !== undefined;
  if (!def || !isRouter) return undefined;
  return typeAt(def, 'record', checker) ?? typeAt(def, 'procedures', checker);
}

function typeAt(type: ts.Type, key: string, checker: ts.TypeChecker): ts.Type | undefined {
  const symbol = type.getProperty(key);
  return symbol && checker.getTypeOfSymbol(symbol);
}

/** No router is nested deeper. */
const deepest = 20;

function collect(
  record: ts.Type,
  above: readonly string[],
  compiler: Compiler,
  checker: ts.TypeChecker,
): ProcedureType[] {
  return record.getProperties().flatMap((symbol): ProcedureType[] => {
    const path = [...above, symbol.name];
    const type = checker.getTypeOfSymbol(symbol);
    if (path.length > deepest) return [];
    const def = typeAt(type, '_def', checker);
    const types = def && typeAt(def, '$types', checker);
    const output = types && typeAt(types, 'output', checker);
    if (output !== undefined) {
      const kind = typeName(typeAt(def!, 'type', checker)!, checker).replaceAll('"', '');
      return [{ path: path.join('.'), kind: toKind(kind), output }];
    }
    // In a record, a router is the record of its procedures; a lazy one is too.
    const inner = recordOf(type, checker) ?? type;
    // The record of merged routers is an intersection of theirs.
    const isRecord = inner.flags & (compiler.TypeFlags.Object | compiler.TypeFlags.Intersection);
    return isRecord ? collect(inner, path, compiler, checker) : [];
  });
}

function toKind(kind: string): ProcedureType['kind'] {
  return kind === 'mutation' || kind === 'subscription' ? kind : 'query';
}

function typeName(type: ts.Type, checker: ts.TypeChecker): string {
  return checker.typeToString(type).slice(0, 100);
}
