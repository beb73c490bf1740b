import type { SetupProblem } from '../setup-error.ts';

/** Claude's clients drop a whole tool list for one name outside of this, so it is stricter than the specification. */
const legal = /^[a-zA-Z0-9_-]+$/;
const maxLength = 64;

/** `customers.list` → `customers_list`. */
export function toName(path: string): string {
  return path.replaceAll('.', '_');
}

/** What is wrong with a name, if anything is, and which setting mends it. */
export function checkName(name: unknown, path: string, setting = 'mcp.name'): SetupProblem | undefined {
  if (typeof name !== 'string' || !legal.test(name)) {
    const message = `${quote(name)} is no legal name: clients take letters, digits, "_" and "-" only; set ${setting}, or the option toolName`;
    return { code: 'NAME_ILLEGAL', path, message };
  }
  if (name.length > maxLength) {
    const message = `${quote(name)} has ${name.length} characters, and clients take ${maxLength} at most; set a shorter ${setting}, or the option toolName`;
    return { code: 'NAME_TOO_LONG', path, message };
  }
  return undefined;
}

function quote(name: unknown): string {
  return typeof name === 'string' ? JSON.stringify(name) : String(name);
}
