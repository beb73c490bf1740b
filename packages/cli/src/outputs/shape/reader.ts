import type ts from 'typescript-6';
import type { Compiler } from '../compiler.ts';
import type { Builtin } from './builtin.ts';
import type { Shape } from './schema.ts';

/** What the parts of a type are read with. */
export interface Reader {
  readonly compiler: Compiler;
  readonly checker: ts.TypeChecker;
  /** Reads a type. `place` says where it was found. */
  walk(type: ts.Type, place: string): Shape;
  /** What a class or an interface of the runtime is, also if the type is derived from one. */
  builtinOf(type: ts.Type): { builtin: Builtin; type: ts.Type } | undefined;
  /** The types in the angle brackets of a type. */
  argumentsOf(type: ts.Type): readonly ts.Type[];
}
