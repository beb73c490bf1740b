import type { Front } from './front.ts';
import type { FrontRules } from './front-rules.ts';
import type { Prompt } from './prompt.ts';
import type { Resource } from './resource.ts';
import type { SkillSet } from './skills/skill-set.ts';
import type { StandIn } from './stand-in.ts';
import type { Tool } from './tool.ts';

/** Everything that a handler serves. It is made once. */
export interface Catalog {
  /** By name, in its order. */
  tools: ReadonlyMap<string, Tool>;
  /** By name. */
  prompts: ReadonlyMap<string, Prompt>;
  /** Resources whose URI is fixed, by URI. */
  resources: ReadonlyMap<string, Resource>;
  /** Resources whose URI is a template. */
  templates: readonly Resource[];
  /** Whether some callers see less than others. */
  hasHidden: boolean;
  /** What `tools/list` holds in place of all tools, where they are searched for. */
  front: Front | undefined;
  /** By name: the tools that stand in for the methods of resources and prompts. They are listed beside all others. */
  standIns: ReadonlyMap<string, StandIn>;
  /** The same in every part of a catalog. */
  skills: SkillSet | undefined;
  /** The catalog that this one is a part of. */
  whole: Catalog | undefined;
  rules: FrontRules;
  /** Whether the next request may get another catalog, because `expose` is a function. */
  isLive: boolean;
  /** Whether some arguments are also sent as headers. */
  hasParamHeaders: boolean;
  /** Whether calls of some tools may become tasks. */
  hasTasks: boolean;
  /** The names of the tools that are idempotent. */
  idempotent: readonly string[];
}
