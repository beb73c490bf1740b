import type { DocumentRequest } from '../../root-handler.ts';
import { revision } from '../advertise.ts';
import type { Reply } from '../exchange.ts';
import type { HandlerOptions } from '../options.ts';
import { legacyRevisions } from '../spec.ts';
import { cardMediaType, type CardOptions, cardSuffix, cardUrlOf, type ServerCard } from './card.ts';
import { createDocument } from './document.ts';

/** Reads the option `card`. Returns `undefined` if there is to be no card. */
export function readCardOptions({ card }: Pick<HandlerOptions, 'card'>): CardOptions | undefined {
  return typeof card === 'object' ? card : card ? {} : undefined;
}

/** Makes the card of a handler whose options were checked. */
export function toServerCard(options: HandlerOptions): ServerCard | undefined {
  const card = readCardOptions(options);
  if (!card) return undefined;
  const { server, auth, legacy } = options;
  const { title, websiteUrl, icons } = server ?? {};
  const { repository, headers } = card;
  return {
    $schema: 'https://static.modelcontextprotocol.io/schemas/v1/server-card.schema.json',
    name: (card.name ?? server?.name)!,
    version: server!.version,
    description: (card.description ?? server?.description)!,
    ...(title !== undefined && { title }),
    ...(websiteUrl !== undefined && { websiteUrl }),
    ...(repository && { repository }),
    ...(icons && { icons }),
    remotes: [
      {
        type: 'streamable-http',
        url: String(card.url ?? auth?.metadata?.resource),
        ...(headers && { headers }),
        supportedProtocolVersions: [revision, ...(legacy === 'reject' ? [] : legacyRevisions)],
      },
    ],
  };
}

/** Answers requests for the card below a mount, and returns `undefined` for all others. */
export function createCardReply(card: ServerCard): (request: DocumentRequest) => Reply | undefined {
  const serve = createDocument(card, cardMediaType);
  // An endpoint may be called like this itself.
  const { pathname } = new URL(cardUrlOf(card));
  const end = pathname.endsWith(cardSuffix + cardSuffix) ? cardSuffix + cardSuffix : cardSuffix;
  return (request) => {
    if (!request.path.endsWith(end)) return undefined;
    const { body, ...reply } = serve(request);
    // As bytes, because Fastify adds a charset to the type of a text.
    return { ...reply, body: body === undefined ? undefined : [new TextEncoder().encode(body)] };
  };
}
