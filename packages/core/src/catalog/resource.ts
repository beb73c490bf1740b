import type { McpContentAnnotations, McpIcon, McpResource, McpSettings } from '../meta.ts';
import type { JsonObjectSchema } from '../schema/json-schema.ts';
import { SchemaProblem } from '../schema/problem.ts';
import type { Callable } from './callable.ts';
import { type Completer, toFreeCompleters } from './complete.ts';
import { describe, titleOf } from './description.ts';
import type { Era } from './era.ts';
import { metaOf } from './hints.ts';
import { parseUriTemplate, type UriTemplate } from './uri-template.ts';

/** A query as a resource, which clients read by its URI. */
export interface Resource extends Callable {
  kind: 'resource';
  /** A fixed URI is a template without variables. */
  uri: UriTemplate;
  mimeType: string | undefined;
  /** The variables that the query takes as lists. */
  lists: ReadonlySet<string>;
  /** The paths of the queries that complete its variables. */
  complete: Record<string, string>;
  /** The path of the query that lists what there is to read. */
  list: string | undefined;
  completers: Map<string, Completer>;
  /** The query at `list`, when it was found. */
  lister: Callable | undefined;
  /** Its entry in `resources/list`, or in `resources/templates/list`. */
  listed: Record<Era, ListedResource>;
}

/** @see https://modelcontextprotocol.io/specification/2026-07-28/server/resources#resource */
export interface ListedResource {
  /** Set when the URI is fixed. */
  uri?: string;
  /** Set when the URI is a template. */
  uriTemplate?: string;
  name: string;
  title?: string;
  description?: string;
  mimeType?: string;
  size?: number;
  annotations?: McpContentAnnotations;
  icons?: McpIcon[];
  _meta?: Record<string, unknown>;
}

/** The MIME type of a page of MCP Apps. @see https://github.com/modelcontextprotocol/ext-apps */
export const appMimeType = 'text/html;profile=mcp-app';

/** Makes a resource of a query. Throws a `SchemaProblem` when the URI does not fit the input. */
export function toResource(callable: Callable, settings: McpSettings): Resource {
  const own = settings.resource!;
  const { name, path, input, scopes } = callable;
  const uri = readUri(own);
  const lists = checkVariables(uri, input.schema);
  const mimeType = own.mimeType ?? (own.uri.startsWith('ui://') ? appMimeType : undefined);
  const icons = own.icons ?? settings.icons;
  const text = { ...settings, description: own.description ?? settings.description! };
  const listed: ListedResource = {
    ...(uri.variables.length > 0 ? { uriTemplate: uri.text } : { uri: uri.text }),
    name,
    title: own.title ?? settings.title ?? input.schema.title ?? titleOf(path),
    description: describe(text, input.schema.description ?? `What the query "${path}" of this app returns.`),
    ...(mimeType !== undefined && { mimeType }),
    ...(own.size !== undefined && uri.variables.length === 0 && { size: own.size }),
    ...(own.annotations && { annotations: own.annotations }),
    ...(icons && { icons }),
    ...metaOf(own._meta, scopes),
  };
  return {
    ...callable,
    kind: 'resource',
    uri,
    mimeType,
    lists,
    complete: settings.complete ?? {},
    list: own.list,
    completers: toFreeCompleters(input.schema),
    lister: undefined,
    listed: { modern: listed, legacy: listed },
  };
}

/** Reads the URI of a resource. Throws a `SchemaProblem` if it cannot be served. */
export function readUri({ uri }: McpResource): UriTemplate {
  const invalid = (reason: string) =>
    new SchemaProblem('URI_INVALID', `the URI "${uri}" cannot be served: ${reason}`);
  if (typeof uri !== 'string' || !/^[a-z][a-z\d+.-]*:./i.test(uri)) {
    throw invalid('it has no scheme; write it like "customers://{id}"');
  }
  try {
    return parseUriTemplate(uri);
  } catch (error) {
    throw invalid((error as Error).message);
  }
}

/** Checks that every variable is an argument, and every required argument a variable. Returns those that are lists. */
function checkVariables({ variables, exploded, text }: UriTemplate, schema: JsonObjectSchema): Set<string> {
  const { properties = {}, required = [] } = schema;
  const names = Object.keys(properties).join(', ') || 'none';
  const unknown = variables.find((name) => !Object.hasOwn(properties, name));
  if (unknown !== undefined) {
    const message = `"${text}" has the variable "${unknown}", which the input does not have; its arguments are: ${names}`;
    throw new SchemaProblem('URI_VARIABLE_UNKNOWN', message);
  }
  const missing = required.find((name) => !variables.includes(name));
  if (missing !== undefined) {
    const message = `the input needs "${missing}", which "${text}" does not have; add {${missing}} to the URI, or make it optional`;
    throw new SchemaProblem('URI_VARIABLE_MISSING', message);
  }
  const lists = new Set(variables.filter((name) => properties[name]!.type === 'array'));
  const single = exploded.find((name) => properties[name]!.type !== undefined && !lists.has(name));
  if (single !== undefined) {
    const message = `"${text}" writes "${single}" as a list, which the input does not take; remove the "*"`;
    throw new SchemaProblem('URI_VARIABLE_LIST', message);
  }
  return lists;
}
