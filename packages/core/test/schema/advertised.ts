import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

const ajv = new Ajv2020({ strict: true });
formats.default(ajv);

/** Compiles an advertised schema as a strict client would. Throws if it is not valid draft 2020-12. */
export function compileStrict(schema: object): ValidateFunction {
  const validate = ajv.compile(schema);
  ajv.removeSchema(schema); // it would be kept for ever
  return validate;
}

/**
 * Copies an advertised schema so that an integer is one that JavaScript holds exactly. Published schemas do not say that,
 * and the libraries differ: some refuse larger integers.
 */
export function withSafeIntegers<T>(schema: T): T {
  const copy = structuredClone(schema);
  visit(copy, '#', (node) => {
    if (node.type !== 'integer') return;
    node.minimum ??= Number.MIN_SAFE_INTEGER;
    node.maximum ??= Number.MAX_SAFE_INTEGER;
  });
  return copy;
}

/** Finds mistakes in an advertised input schema that ajv does not find. */
export function findFaults(schema: unknown): string[] {
  const faults: string[] = [];
  const root = schema as Record<string, unknown>;
  if (root.type !== 'object') faults.push(`root type is ${JSON.stringify(root.type)}`);
  for (const key of ['oneOf', 'anyOf', 'allOf', '$ref', 'not', 'enum', 'const']) {
    if (key in root) faults.push(`root has ${key}`);
  }
  if (JSON.stringify(JSON.parse(JSON.stringify(schema))) !== JSON.stringify(schema))
    faults.push('is not plain JSON');
  visit(schema, '#', (node, at) => {
    for (const key of Object.keys(node)) {
      if (/^(x-|~|\$\$)/.test(key)) faults.push(`${at} has the private key ${key}`);
    }
    for (const key of Object.getOwnPropertySymbols(node)) faults.push(`${at} has the symbol ${String(key)}`);
    const ref = node.$ref;
    if (ref === undefined) return;
    if (typeof ref !== 'string' || !ref.startsWith('#'))
      faults.push(`${at} refers to ${JSON.stringify(ref)}`);
    else if (resolveRef(root, ref) === undefined) faults.push(`${at} refers to ${ref}, which is not there`);
  });
  return faults;
}

const maps = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);
const data = new Set(['const', 'enum', 'default', 'examples', 'required']);

/** Visits every subschema. Property names and data are not taken for keywords. */
function visit(schema: unknown, at: string, see: (node: Record<string, unknown>, at: string) => void): void {
  if (Array.isArray(schema)) {
    for (const [index, item] of schema.entries()) visit(item, `${at}/${index}`, see);
  } else if (typeof schema === 'object' && schema !== null) {
    see(schema as Record<string, unknown>, at);
    for (const [key, value] of Object.entries(schema)) {
      if (data.has(key)) continue;
      if (!maps.has(key)) visit(value, `${at}/${key}`, see);
      else
        for (const [name, item] of Object.entries(value as object)) visit(item, `${at}/${key}/${name}`, see);
    }
  }
}

function resolveRef(root: unknown, ref: string): unknown {
  let node = root;
  for (const part of ref.split('/').slice(1)) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    node = (node as Record<string, unknown> | undefined)?.[key];
  }
  return node;
}
