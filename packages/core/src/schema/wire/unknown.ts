import { currentBudget } from '../budget.ts';
import { collectKeys } from '../close.ts';
import { assertArgumentDepth } from '../depth.ts';
import { fits } from '../fit.ts';
import { isSchema, resolveRef, type JsonSchema } from '../json-schema.ts';
import { getMark } from '../mark.ts';
import { toRegExp } from '../pattern.ts';
import { mayHold } from './effort.ts';
import { stepsPerTurn, type Marked } from './traverse.ts';
import { compileTag } from './union.ts';
import { type UnknownArgument, UnknownArguments } from '../unknown-arguments.ts';

/**
 * Compiles the search for arguments that the schema does not know, and that the validator would drop. The function that it
 * returns throws `UnknownArguments`. `isClosed` says which object schemas know all of their keys. Returns undefined if
 * there are none.
 */
export function compileUnknown(
  marked: Marked,
  isClosed: (node: JsonSchema) => boolean,
): ((args: unknown) => void) | undefined {
  const { root, leaves } = marked;
  const byRef = new Map<string, { visit?: Visit | undefined; done?: true }>();
  const isExact = !JSON.stringify(root).includes('"unevaluatedProperties":false');
  const visitRoot = compile(root);
  if (visitRoot === undefined) return undefined;
  return (args) => {
    const found = new Found([]);
    visitRoot(args, found);
    if (found.count > 0) throw new UnknownArguments(found.first, found.count);
  };

  function compile(node: JsonSchema): Visit | undefined {
    const mark = getMark(node)?.is;
    if (mark === undefined && typeof node['$ref'] === 'string') return compileRef(node['$ref']);
    if (mark === 'leaf' && isClosed(node)) return compileObject(node);
    if (mark === 'leaf' || mark === 'asIs' || mark === 'never' || mark === 'undefined' || mark === 'form') {
      return undefined;
    }
    const all = ((node['allOf'] ?? []) as unknown[]).filter(isSchema).map(compile);
    const visits = [compileObject(node), compileArray(node), ...all, compileUnion(node)];
    const needed = visits.filter((visit) => visit !== undefined);
    if (needed.length < 2) return needed[0];
    const isSpending = marked.isRepeating === true && all.length > 1;
    return (value, found) => {
      if (isSpending) currentBudget().spend(stepsPerTurn);
      for (const visit of needed) visit(value, found);
    };
  }

  // In a recursive schema, the visit is not known before all of it is compiled, so it is looked up at request time.
  function compileRef(ref: string): Visit | undefined {
    const known = byRef.get(ref);
    if (known?.done === true) return known.visit;
    if (known !== undefined) {
      return (value, found) => {
        assertArgumentDepth(found.path.length);
        known.visit?.(value, found);
      };
    }
    const target = resolveRef(root, ref);
    if (target === undefined) return undefined;
    const slot: { visit?: Visit | undefined; done?: true } = {};
    byRef.set(ref, slot);
    slot.visit = compile(target);
    slot.done = true;
    return slot.visit;
  }

  function compileObject(node: JsonSchema): Visit | undefined {
    const closed = isClosed(node);
    const fields = new Map<string, Visit | undefined>();
    for (const [key, child] of Object.entries(node.properties ?? {})) {
      fields.set(key, isSchema(child) ? compile(child) : undefined);
    }
    const names = closed ? collectKeys(root, node) : [];
    for (const name of names) if (!fields.has(name)) fields.set(name, undefined);
    const patterns = Object.entries((node['patternProperties'] ?? {}) as Record<string, JsonSchema>).map(
      ([source, child]) => [toRegExp(source), compile(child)] as const,
    );
    const others = node['additionalProperties'];
    const other = isSchema(others) ? compile(others) : undefined;
    const isPlain = [...fields.values(), other].every((visit) => visit === undefined);
    if (!closed && isPlain && patterns.every(([, visit]) => visit === undefined)) return undefined;
    return (value, found) => {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
      for (const key in value) {
        let visit = fields.get(key);
        if (visit === undefined) {
          if (fields.has(key)) continue;
          const pattern = patterns.find(([regExp]) => regExp.test(key));
          if (pattern !== undefined) visit = pattern[1];
          else if (!closed) visit = other;
          // Not a key that something has put on the prototype of all objects.
          else if (Object.hasOwn(value, key)) found.add(key, names);
        }
        if (visit !== undefined) found.inside(key, visit, (value as Record<string, unknown>)[key]);
      }
    };
  }

  function compileArray(node: JsonSchema): Visit | undefined {
    const first = ((node['prefixItems'] ?? []) as unknown[]).map((child) =>
      isSchema(child) ? compile(child) : undefined,
    );
    const rest = isSchema(node['items']) ? compile(node['items']) : undefined;
    const closed = node.type === 'array' && isClosed(node);
    if (!closed && rest === undefined && first.every((visit) => visit === undefined)) return undefined;
    return (value, found) => {
      if (!Array.isArray(value)) return;
      if (closed && value.length > first.length) found.add(first.length, []);
      for (let index = 0; index < value.length; index++) {
        const visit = index < first.length ? first[index] : rest;
        if (visit !== undefined) found.inside(index, visit, value[index]);
      }
    };
  }

  // A key is unknown in a union if no branch that the value may belong to knows all of its keys.
  function compileUnion(node: JsonSchema): Visit | undefined {
    const branches = ((node['anyOf'] ?? node['oneOf'] ?? []) as unknown[]).filter(isSchema);
    const visits = branches.map(compile);
    if (visits.every((visit) => visit === undefined)) return undefined;
    const tag = compileTag(marked, branches);
    const choose = (value: object, path: Path): Found | undefined => {
      const mayBe = branches
        .map((_, index) => index)
        .filter((index) => mayHold(root, branches[index]!, value));
      // What fits a branch as it is has no unknown keys. That was found out already, when the value was repaired.
      if (isExact && mayBe.some((index) => fits(branches[index]!, value, root, leaves, false)))
        return undefined;
      // Keys that the validator drops do not keep it from taking a branch.
      const fitting =
        mayBe.length < 2
          ? mayBe
          : mayBe.filter((index) => fits(branches[index]!, value, root, leaves, true, true));
      let least: Found | undefined;
      for (const index of fitting.length > 0 ? fitting : mayBe) {
        const found = new Found([...path]);
        visits[index]?.(value, found);
        if (found.count === 0) return undefined;
        if (least === undefined || found.count < least.count) least = found;
      }
      return least;
    };
    return (value, found) => {
      if (typeof value !== 'object' || value === null) return;
      if (tag !== undefined && !Array.isArray(value)) {
        visits[tag(value)]?.(value, found);
        return;
      }
      found.addAll(currentBudget().ask(visits, value, () => choose(value, found.path)));
    };
  }
}

type Path = (string | number)[];

/** Looks for unknown keys in one value. */
type Visit = (value: unknown, found: Found) => void;

const mostTold = 10;

/** The unknown keys that were found, and the place that is visited. */
class Found {
  readonly first: UnknownArgument[] = [];
  count = 0;
  readonly path: Path;

  constructor(path: Path) {
    this.path = path;
  }

  add(key: string | number, known: readonly string[]): void {
    if (++this.count <= mostTold) this.first.push({ at: [...this.path], key, known });
  }

  addAll(other: Found | undefined): void {
    if (other === undefined) return;
    this.count += other.count;
    this.first.push(...other.first.slice(0, mostTold - this.first.length));
  }

  inside(key: string | number, visit: Visit, value: unknown): void {
    if (typeof value !== 'object' || value === null) return;
    this.path.push(key);
    visit(value, this);
    this.path.pop();
  }
}
