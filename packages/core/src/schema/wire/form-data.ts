import { WireError } from '../wire-error.ts';

/** Makes a FormData of decoded fields. Files stay as they are, an array becomes a repeated field, and anything else becomes text. */
export function toFormData(fields: unknown): unknown {
  if (typeof fields !== 'object' || fields === null || fields instanceof FormData) return fields;
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    for (const item of Array.isArray(value) ? (value as unknown[]) : [value]) append(form, name, item);
  }
  return form;
}

function append(form: FormData, name: string, value: unknown): void {
  if (value === undefined || value === null) return;
  if (value instanceof Blob) {
    form.append(name, value);
  } else if (typeof value === 'object') {
    throw new WireError('a form field is text, a file, or a list of them', [name]);
  } else {
    form.append(name, `${value as string | number | boolean}`);
  }
}
