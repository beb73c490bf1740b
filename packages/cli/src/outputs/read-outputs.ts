import type ts from 'typescript-6';
import type { Compiler } from './compiler.ts';
import { writeDefinitions } from './definitions.ts';
import type { OutputsFile, ProcedureOutput } from './file.ts';
import { findOpenPlaces, type OpenPlace } from './open-places.ts';
import { type NamedModule, type ProcedureType, readProcedures } from './router-type.ts';
import { type OutputShape, toOutput } from './shape/output.ts';
import { isOpen, type Schema } from './shape/schema.ts';
import { TooLarge, Walker } from './shape/walker.ts';
import { holdsFiles } from './shape/files.ts';

/** What is known of the output of one procedure. */
export interface ProcedureReport {
  path: string;
  /**
   * `typed`: all of it is known; `partly`: some places are not; `nothing`: it returns nothing, or only content; `open`: nothing
   * is known of it.
   */
  known: 'typed' | 'partly' | 'nothing' | 'open';
  /** The places of which nothing is known, and why. */
  open: OpenPlace[];
}

export interface ReadOutputs {
  file: OutputsFile;
  procedures: ProcedureReport[];
}

/** Reads the outputs of the procedures of a router. `isWanted` says which; all of them by default. */
export function readOutputs(
  compiler: Compiler,
  program: ts.Program,
  module: NamedModule,
  isWanted: (path: string) => boolean = () => true,
): ReadOutputs {
  const walker = new Walker(compiler, program);
  const procedures = readProcedures(compiler, program, module).filter(({ path }) => isWanted(path));
  const outputs = procedures.map((procedure) => readOutput(procedure, walker));
  const schemas = outputs.flatMap(({ whole, items }) => [
    whole.schema ?? { $comment: 'nothing is returned' },
    items?.schema ?? {},
  ]);
  const { schemas: written, defs } = writeDefinitions(schemas, walker.slots);
  const entries = procedures.map(({ path }, index): [string, ProcedureOutput] => {
    const { whole, items } = outputs[index]!;
    const [schema, item] = [written[index * 2]!, written[index * 2 + 1]!];
    const isOptional = whole.mayBeAbsent && items === undefined;
    const hasFiles = [schema, ...(items ? [item] : [])].some((each) => holdsFiles(each, defs));
    return [
      path,
      {
        ...(whole.schema === undefined && items ? {} : { schema }),
        ...(items?.schema && { items: item }),
        ...(isOptional && { optional: true }),
        ...(hasFiles && { files: true }),
      },
    ];
  });
  return {
    file: {
      version: 1,
      procedures: Object.fromEntries(entries),
      ...(Object.keys(defs).length > 0 && { $defs: defs }),
    },
    procedures: entries.map(([path, entry]) => toReport(path, entry, defs)),
  };
}

function readOutput({ path, kind, output }: ProcedureType, walker: Walker): OutputShape {
  try {
    return walker.begin(() => toOutput(output, kind, walker, path));
  } catch (error) {
    // A type may also be too deep for the compiler itself.
    if (!(error instanceof TooLarge) && !(error instanceof RangeError)) throw error;
    const whole = { schema: { $comment: 'too large' }, mayBeAbsent: false };
    return { whole, items: kind === 'subscription' ? whole : undefined };
  }
}

function toReport(
  path: string,
  { schema, items, optional }: ProcedureOutput,
  defs: Record<string, Schema>,
): ProcedureReport {
  const root = items ?? schema ?? {};
  const open = findOpenPlaces(root, defs);
  const isNothing = optional === true && isOpen(root) && open[0]?.reason === 'nothing is returned';
  if (isNothing) return { path, known: 'nothing', open: [] };
  const known = isOpen(root) ? 'open' : open.length > 0 ? 'partly' : 'typed';
  return { path, known, open };
}
