/**
 * Writes every union of plain types, `anyOf: [{ type: 'string' }, { type: 'number' }]`, as `type: ['string', 'number']`,
 * as it is written elsewhere. So a type more or less is told as such, whatever form it has.
 */
export function joinTypes(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(joinTypes);
  if (typeof value !== 'object' || value === null) return value;
  const joined = Object.fromEntries(Object.entries(value).map(([key, child]) => [key, joinTypes(child)]));
  const { anyOf, ...beside } = joined;
  if (!Array.isArray(anyOf) || 'type' in joined) return joined;
  const types: string[] = [];
  for (const branch of anyOf as Record<string, unknown>[]) {
    const { type, ...rest } = branch;
    const isNew = typeof type === 'string' && type !== 'null' && !types.includes(type);
    if (!isNew || Object.keys(rest).some((keyword) => keyword in beside)) return joined;
    types.push(type);
    Object.assign(beside, rest);
  }
  return { ...beside, type: types };
}
