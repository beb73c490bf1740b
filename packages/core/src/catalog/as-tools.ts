/** What is also served by tools, for clients that list neither resources nor prompts. What is left out is not. */
export interface AsTools {
  /** Adds `list_resources` and `read_resource`. */
  resources?: boolean;
  /** Adds `get_prompt`. */
  prompts?: boolean;
}

/** Whether tools stand in for the methods of resources, and for those of prompts. */
export type StandInRules = Required<AsTools>;

/** The names of the tools that stand in for methods. */
export type StandInName = 'list_resources' | 'read_resource' | 'get_prompt';

/** Reads the option `asTools`. */
export function toStandInRules(asTools: boolean | AsTools | undefined = false): StandInRules {
  if (typeof asTools === 'boolean') return { resources: asTools, prompts: asTools };
  return { resources: asTools.resources ?? false, prompts: asTools.prompts ?? false };
}

/** The names that are taken by these tools, also where there is nothing to list. */
export function takenByStandIns({ resources, prompts }: StandInRules): StandInName[] {
  return [
    ...(resources ? (['list_resources', 'read_resource'] as const) : []),
    ...(prompts ? (['get_prompt'] as const) : []),
  ];
}
