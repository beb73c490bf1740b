import type { Resource } from '../catalog/resource.ts';
import type { FileLink, Tool } from '../catalog/tool.ts';
import type { ContentBlock } from '../schema/content.ts';
import { mimeTypeOf } from '../schema/wire/file-leaf.ts';
import { sniffMimeType } from '../schema/wire/attachment.ts';
import { toJsonText } from './json-text.ts';

export type ResourceLink = Extract<ContentBlock, { type: 'resource_link' }>;

/**
 * Makes the link to a file that a procedure returned, if the file is large and the same procedure is a resource that is read
 * with these arguments. `undefined` for everything else, also for a file inside other data: what is read from the URI has to
 * be this file and nothing more.
 */
export function toFileLink(
  tool: Tool,
  { resource, over }: FileLink,
  args: unknown,
  value: unknown,
): Promise<ResourceLink | undefined> | undefined {
  const file = value instanceof ArrayBuffer ? new Uint8Array(value) : value;
  if (!(file instanceof Blob || file instanceof Uint8Array)) return undefined;
  const size = file instanceof Blob ? file.size : file.byteLength;
  return size > over ? linkTo(tool, resource, args, file, size) : undefined;
}

async function linkTo(
  tool: Tool,
  resource: Resource,
  args: unknown,
  file: Blob | Uint8Array,
  size: number,
): Promise<ResourceLink | undefined> {
  const uri = await uriOf(tool, resource, args);
  if (uri === undefined) return undefined;
  const { name, title } = resource.listed.modern;
  const own = file instanceof File && file.name !== '' ? file.name : undefined;
  return {
    type: 'resource_link',
    uri,
    name: own ?? name,
    ...(title !== undefined && { title }),
    mimeType: resource.mimeType ?? (await typeOf(file)),
    size,
  };
}

/** The type that the resource is read with. */
async function typeOf(file: Blob | Uint8Array): Promise<string> {
  if (file instanceof Blob && file.type !== '') return mimeTypeOf(file);
  const head = file instanceof Blob ? new Uint8Array(await file.slice(0, 64).arrayBuffer()) : file;
  return sniffMimeType(head) ?? 'application/octet-stream';
}

/**
 * Expands the template of a resource with the arguments of a call. `undefined` if it cannot say all of them, such as an
 * argument that it has no variable for: what is read from the URI would be something else. So the URI is read back, and has
 * to give the same arguments.
 */
async function uriOf(
  tool: Tool,
  { uri, input, lists }: Resource,
  args: unknown,
): Promise<string | undefined> {
  try {
    const given = await input.encode(tool.input.decode(args));
    const values = (given ?? {}) as Record<string, unknown>;
    const expanded = uri.expand(values);
    const read = expanded === undefined ? undefined : uri.match(expanded, lists);
    if (!read) return undefined;
    const readBack = uri.variables.length === 0 ? {} : await input.encode(input.decode(read));
    const isSame = toJsonText(values, sorted) === toJsonText(readBack ?? {}, sorted);
    return isSame ? expanded : undefined;
  } catch {
    // These arguments do not fit into the template.
    return undefined;
  }
}

const sorted = { isSorted: true };
