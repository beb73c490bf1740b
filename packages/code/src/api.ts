import type { CodeTool } from '@trpc-mcp/core';
import { findNearest } from './nearest.ts';

/** The verb of a client of tRPC. A subscription is collected, so it is asked like a query. */
export const verbs: Record<CodeTool['type'], 'query' | 'mutate'> = {
  query: 'query',
  mutation: 'mutate',
  subscription: 'query',
};

interface Node {
  type?: CodeTool['type'];
  children?: Record<string, Node>;
}

/** For so many names that there are not, a run is told which one was probably meant. */
const mostGuesses = 5;

/** What `api` has in one run: the procedures that the caller may know of. */
export class Api {
  readonly #tools: ReadonlyMap<string, CodeTool>;
  #guesses = 0;

  constructor(tools: readonly CodeTool[]) {
    this.#tools = new Map(tools.map((tool) => [tool.path, tool]));
  }

  get(path: string): CodeTool | undefined {
    return this.#tools.get(path);
  }

  /** The JSON of all procedures, for the sandbox. */
  toTree(): string {
    const root: Node = {};
    for (const { path, type } of this.#tools.values()) {
      let node = root;
      for (const part of path.split('.')) {
        const children: Record<string, Node> = (node.children ??= Object.create(null) as Record<
          string,
          Node
        >);
        node = children[part] ??= {};
      }
      node.type = type;
    }
    return JSON.stringify(root);
  }

  /** Says what to do about a name that there is not. */
  tellMissing(path: string, name: string): string {
    const tool = this.#tools.get(path);
    if (tool && !this.#hasBelow(path)) {
      const kind = tool.type === 'subscription' ? 'subscription, which is collected' : tool.type;
      return `api.${path} is a ${kind}: call api.${path}.${verbs[tool.type]}(…)`;
    }
    const typed = path === '' ? name : `${path}.${name}`;
    const missing = `There is no ${toMember(typed)}.`;
    // Code that tries names in a loop would keep the process busy with the search for near ones.
    this.#guesses += 1;
    if (this.#guesses > mostGuesses) return `${missing} search_api finds what there is.`;
    const parents = new Set(Array.from(this.#tools.keys(), (each) => each.split('.').slice(0, -1).join('.')));
    const nearest =
      findNearest(typed, this.#tools.keys()) ??
      findNearest(typed, parents) ??
      findNearest(name, this.#tools.keys());
    if (nearest === undefined) return `${missing} search_api finds what there is.`;
    const meant = this.#tools.get(nearest);
    return `${missing} Did you mean ${toMember(nearest)}${meant ? `.${verbs[meant.type]}(…)` : ''}? search_api finds what there is.`;
  }

  #hasBelow(path: string): boolean {
    return Array.from(this.#tools.keys()).some((each) => each.startsWith(`${path}.`));
  }
}

/** Writes a path as a program has it: `api.files["read-all"]`. */
function toMember(path: string): string {
  return `api${path
    .slice(0, 200)
    .split('.')
    .map((part) => (/^[A-Za-z_$][\w$]*$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`))
    .join('')}`;
}
