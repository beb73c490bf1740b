/**
 * Writes every union of plain types, `anyOf: [{ type: 'string' }, { type: 'null' }]`, as `type: ['string', 'null']`. So a
 * type more or less is told as such, whatever form it has.
 */
export function joinTypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(joinTypes);
  if (typeof value !== 'object' || value === null) return value;
  const joined = Object.fromEntries(Object.entries(value).map(([key, child]) => [key, joinTypes(child)]));
  if (!Array.isArray(joined['anyOf'])) return joined;
  const { anyOf, ...beside } = { ...joined, anyOf: flatten(joined['anyOf']) };
  if ('type' in beside) return { ...beside, anyOf };
  const types: string[] = [];
  for (const branch of anyOf) {
    const { type, ...rest } = branch;
    const named: unknown[] = Array.isArray(type) ? type : [type];
    const isNew = named.every((each) => typeof each === 'string' && !types.includes(each));
    if (!isNew || Object.keys(rest).some((keyword) => keyword in beside)) return { ...joined, anyOf };
    types.push(...named.filter((each) => typeof each === 'string'));
    Object.assign(beside, rest);
  }
  return { ...beside, ...nameNull(beside, types), type: types };
}

/** Reads a union whose branch is another union as one union. */
function flatten(branches: readonly Record<string, unknown>[]): Record<string, unknown>[] {
  return branches.flatMap((branch) => {
    const { anyOf, ...beside } = branch;
    return Array.isArray(anyOf) && Object.keys(beside).length === 0 ? flatten(anyOf) : [branch];
  });
}

/** The values of an `enum` belong to one branch only, and `null` is the one value of its own. */
function nameNull({ enum: values }: Record<string, unknown>, types: readonly string[]): object {
  const isWhole = Array.isArray(values) && types.length === 2 && types.includes('null');
  return isWhole && !values.includes(null) ? { enum: [...(values as unknown[]), null] } : {};
}
