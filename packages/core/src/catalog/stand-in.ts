import type { JsonObjectSchema } from '../schema/json-schema.ts';
import { type AddedTool, toAdded, toInput, withSchemes } from './added.ts';
import type { StandInName } from './as-tools.ts';
import { type FrontRules, isTold } from './front-rules.ts';
import type { Prompt } from './prompt.ts';
import { fill } from './word-list.ts';

/** A tool that answers what a method of resources or prompts would answer. */
export type StandIn = AddedTool<StandInName>;

/** Makes the tools, by name. There are none for what the app has nothing of. */
export function toStandIns(
  hasResources: boolean,
  prompts: readonly Prompt[],
  rules: FrontRules,
): ReadonlyMap<StandInName, StandIn> {
  const { standIns, schemes, most } = rules;
  const isCut = most !== undefined;
  const made = [
    ...(standIns.resources && hasResources ? [listing, toReading(isCut)] : []),
    ...(standIns.prompts && prompts.length > 0 ? [toGetting(prompts, rules)] : []),
  ];
  return new Map(made.map((tool) => [tool.name, withSchemes(tool, schemes)]));
}

const annotations = { readOnlyHint: true };

const nextPage = { type: 'string', description: 'The nextCursor of the page before' };

const listing: StandIn = toAdded({
  name: 'list_resources',
  title: 'List resources',
  description:
    'Lists the resources of this app, such as documents and records, for read_resource. A uriTemplate is read with its {variables} filled in.',
  inputSchema: toInput({ cursor: nextPage }),
  annotations,
});

function toReading(isCut: boolean): StandIn {
  return toAdded({
    name: 'read_resource',
    title: 'Read a resource',
    description: 'Reads a resource of this app. list_resources tells which there are.',
    inputSchema: toInput(
      {
        uri: { type: 'string', description: 'A URI, without {variables}' },
        ...(isCut && {
          offset: {
            type: 'integer',
            minimum: 0,
            description: 'How many characters to skip: a text that was cut says how many',
          },
        }),
      },
      ['uri'],
    ),
    annotations,
  });
}

function toGetting(prompts: readonly Prompt[], rules: FrontRules): StandIn {
  const properties: NonNullable<JsonObjectSchema['properties']> = {
    name: { type: 'string', description: 'The name of a prompt. Leave it out to list all of them' },
    arguments: {
      type: 'object',
      properties: {},
      additionalProperties: true,
      description: 'What the prompt takes, by name',
    },
    ...(rules.most !== undefined && {
      cursor: { ...nextPage, description: `${nextPage.description}, to list` },
    }),
  };
  return toAdded({
    name: 'get_prompt',
    title: 'Get a prompt',
    description: describePrompts(prompts.filter((prompt) => isTold(prompt, rules))),
    inputSchema: toInput(properties),
    annotations,
  });
}

/** Models read it with every request, and the whole list is one call away. */
const mostCharacters = 600;

/** Says what prompts are, and names as many as there is room for, with their arguments. */
function describePrompts(told: readonly Prompt[]): string {
  const how =
    'Gets the text of a prompt that this app offers for a task. Follow it. Without a name, lists the prompts.';
  const words = told.map(toSignature).filter(({ length }) => length < mostCharacters / 2);
  return words.length === 0 ? how : `${how}\n\nPrompts: ${fill(words, mostCharacters)}`;
}

function toSignature({ name, listed }: Prompt): string {
  const args = listed.modern.arguments ?? [];
  const names = args.map((argument) => (argument.required ? argument.name : `${argument.name}?`));
  return `${name}(${names.join(', ')})`;
}
