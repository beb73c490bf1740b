import type { SetupProblem } from '../setup-error.ts';

/** Claude's clients drop a whole tool list for one name outside of this, so it is stricter than the specification. */
const legal = /^[a-zA-Z0-9_-]+$/;
const maxLength = 64;

/** `customers.list` → `customers_list`. */
export function toName(path: string): string {
  return path.replaceAll('.', '_');
}

/** What is wrong with a tool's name, if anything is. */
export function checkName(name: unknown, path: string): SetupProblem | undefined {
  if (typeof name !== 'string' || !legal.test(name)) {
    const message = `${quote(name)} is no legal tool name: clients take letters, digits, "_" and "-" only; set mcp.name, or the option toolName`;
    return { code: 'NAME_ILLEGAL', path, message };
  }
  if (name.length > maxLength) {
    const message = `${quote(name)} has ${name.length} characters, and clients take ${maxLength} at most; set a shorter mcp.name, or the option toolName`;
    return { code: 'NAME_TOO_LONG', path, message };
  }
  return undefined;
}

function quote(name: unknown): string {
  return typeof name === 'string' ? JSON.stringify(name) : String(name);
}
