import type { SetupProblem } from '../setup-error.ts';

/** Stricter than the specification, because Claude's clients ignore all tools when one name has another character. */
const legal = /^[a-zA-Z0-9_-]+$/;
const maxLength = 64;

/** `customers.list` → `customers_list`. */
export function toName(path: string): string {
  return path.replaceAll('.', '_');
}

/** Returns what is wrong with a name, if anything is, and which setting changes it. */
export function checkName(name: unknown, path: string, setting = 'mcp.name'): SetupProblem | undefined {
  if (typeof name !== 'string' || !legal.test(name)) {
    const message = `${quote(name)} is not a valid name; clients accept only letters, digits, "_" and "-"; set ${setting}, or the option toolName`;
    return { code: 'NAME_ILLEGAL', path, message };
  }
  if (name.length > maxLength) {
    const message = `${quote(name)} has ${name.length} characters, and clients accept at most ${maxLength}; set a shorter ${setting}, or the option toolName`;
    return { code: 'NAME_TOO_LONG', path, message };
  }
  return undefined;
}

function quote(name: unknown): string {
  return typeof name === 'string' ? JSON.stringify(name) : String(name);
}
