import { estimateTokens } from '../tokens.ts';
import type { Find, Found, Listing } from './finding.ts';
import { inTools } from './node.ts';

/** There are at most so many tools. */
export function toolsAreAtMost(most: number): Find {
  return ({ tools }: Listing): Found[] =>
    tools.length <= most ? [] : [{ tool: undefined, detail: `the list has ${tools.length} tools` }];
}

/** There are more than `least` and at most `most` tools. */
export function toolsAreBetween(least: number, most: number): Find {
  return (listing: Listing): Found[] => (listing.tools.length > most ? [] : toolsAreAtMost(least)(listing));
}

/** Names match this. */
export function namesMatch(pattern: RegExp): Find {
  return inTools(({ name }) => (pattern.test(name) ? undefined : `${JSON.stringify(name)} is its name`));
}

/**
 * Names are at most so long, with what the client puts before them. `before` gets the name of the server, or an empty text
 * if that is not known: then only names are found that are too long under any server.
 */
export function namesFit(most: number, before: (serverName: string) => string): Find {
  return inTools(({ name }, { serverName = '' }) => {
    const start = before(serverName);
    const length = start.length + name.length;
    if (length <= most) return undefined;
    return `its name has ${length} characters${start === '' ? '' : `, with "${start}" before it`}`;
  });
}

/** Names leave so much room for what comes before them, and are not found by `namesFit` already. */
export function namesLeaveRoom(most: number, room: number, before: (serverName: string) => string): Find {
  return inTools(({ name }, { serverName = '' }) => {
    if (name.length <= most - room || before(serverName).length + name.length > most) return undefined;
    return `its name has ${name.length} characters, so ${most - name.length} are left for the name of the server`;
  });
}

/** Descriptions of tools are at most so long. */
export function descriptionsFit(most: number): Find {
  return inTools(({ description = '' }) => cutOf('its description', description, most));
}

/** The instructions of the server are at most so long. */
export function instructionsFit(most: number): Find {
  return ({ instructions = '' }: Listing): Found[] => {
    const detail = cutOf('the text of server.instructions', instructions, most);
    return detail === undefined ? [] : [{ tool: undefined, detail }];
  };
}

const mostShown = 40;

/** Says what is cut. */
function cutOf(what: string, text: string, most: number): string | undefined {
  if (text.length <= most) return undefined;
  const cut = text.slice(most).replaceAll(/\s+/g, ' ').trim();
  const shown = cut.length > mostShown ? `${cut.slice(0, mostShown)}…` : cut;
  return `${what} has ${text.length} characters, and the last ${text.length - most} are cut, from "${shown}"`;
}

/** The list has at most so many tokens. */
export function tokensAreAtMost(most: number): Find {
  return ({ tools }: Listing): Found[] => {
    const tokens = tools.reduce(
      (sum, { name, description = '', inputSchema }) =>
        sum + estimateTokens(name + description + JSON.stringify(inputSchema)),
      0,
    );
    return tokens <= most ? [] : [{ tool: undefined, detail: `the list has about ${tokens} tokens` }];
  };
}
