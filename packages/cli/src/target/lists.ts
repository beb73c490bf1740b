import type { Client, Prompt, Resource, ResourceTemplateType, Tool } from '@modelcontextprotocol/client';

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
    resources: resources ? (await client.listResources()).resources : [],
    templates: resources ? (await client.listResourceTemplates()).resourceTemplates : [],
    prompts: prompts ? (await client.listPrompts()).prompts : [],
  };
}
