import {
  type Client,
  type Prompt,
  ProtocolError,
  ProtocolErrorCode,
  type Resource,
  type ResourceTemplateType,
  type Tool,
} from '@modelcontextprotocol/client';

/** Everything that a target lists for this caller, as it lists it. */
export interface RawLists {
  tools: Tool[];
  resources: Resource[];
  templates: ResourceTemplateType[];
  prompts: Prompt[];
}

/** Reads all lists of a target, whole. */
export async function readLists(client: Client): Promise<RawLists> {
  const { tools, resources, prompts } = client.getServerCapabilities() ?? {};
  return {
    tools: tools ? (await client.listTools()).tools : [],
    resources: resources ? ((await ifThere(client.listResources()))?.resources ?? []) : [],
    templates: resources ? ((await ifThere(client.listResourceTemplates()))?.resourceTemplates ?? []) : [],
    prompts: prompts ? ((await ifThere(client.listPrompts()))?.prompts ?? []) : [],
  };
}

const methodNotFound: number = ProtocolErrorCode.MethodNotFound;

/** A server may say that it has resources, and know only one of the two methods that list them. */
async function ifThere<T>(list: Promise<T>): Promise<T | undefined> {
  try {
    return await list;
  } catch (error) {
    if (error instanceof ProtocolError && error.code === methodNotFound) return undefined;
    throw error;
  }
}
