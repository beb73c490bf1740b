import { classOf, type Zod4Schema } from './zod4-schema.ts';

/** Whether the schema takes `undefined` as an input, or may give `undefined` as an output. */
export function zod4AllowsUndefined(schema: Zod4Schema, io: 'input' | 'output', depth = 0): boolean {
  const def = schema._zod.def;
  const inner = (next: Zod4Schema): boolean => depth < 32 && zod4AllowsUndefined(next, io, depth + 1);
  switch (def.type) {
    case 'optional':
    case 'undefined':
    case 'void':
    case 'any':
    case 'unknown':
      return true;
    case 'transform':
      // A function of the app decides what is given.
      return io === 'output';
    case 'custom':
      return io === 'output' && classOf(schema) === undefined;
    case 'default':
    case 'prefault':
    case 'catch':
      return io === 'input' || inner(def['innerType']);
    case 'literal':
      return (def['values'] as unknown[]).includes(undefined);
    case 'union':
      return (def['options'] as Zod4Schema[]).some(inner);
    case 'intersection':
      return inner(def['left']) && inner(def['right']);
    case 'nullable':
    case 'readonly':
    case 'promise':
      return inner(def['innerType']);
    case 'lazy':
      return inner((def['getter'] as () => Zod4Schema)());
    case 'pipe':
      // An input that begins with a transform (z.preprocess) is described by what the transform leads to.
      if (io === 'output' || def['in']._zod.def.type === 'transform' || takesAnything(def))
        return inner(def['out']);
      return inner(def['in']);
    default:
      return false;
  }
}

/** Whether a pipe begins with `z.any()` or `z.unknown()`, so that what follows decides what is taken: `z.any().pipe(z.date())`. */
export function takesAnything(def: Zod4Schema['_zod']['def']): boolean {
  const [from, to] = [def['in'] as Zod4Schema, def['out'] as Zod4Schema];
  if (!['any', 'unknown'].includes(from._zod.def.type) || to._zod.def.type === 'transform') return false;
  const changes = ((from._zod.def['checks'] ?? []) as Zod4Schema[]).some(
    (check) => check._zod.def['check'] === 'overwrite',
  );
  // A codec has a function of the app between the two.
  return !changes && typeof def['transform'] !== 'function';
}
