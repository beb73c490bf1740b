import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Provider } from 'oidc-provider';
import { toClientView } from './client-view.ts';
import type { Consents } from './consents.ts';
import type { OnEvent } from './event.ts';
import { type Forms, isSameOrigin, readForm } from './forms.ts';
import type { ConnectionView } from './pages/view.ts';
import { paths } from './provider.ts';
import { redirect } from './reply.ts';
import type { ReturnPath } from './return-path.ts';
import { toScopeViews } from './scope.ts';
import type { Screen } from './screen.ts';
import type { Settings } from './settings.ts';

export interface ConnectionsParts {
  provider: Provider;
  consents: Consents;
  forms: Forms;
  returnPath: ReturnPath;
  screen: Screen;
  onEvent: OnEvent;
}

/** Serves the page where a person sees what they have allowed, and ends it. */
export function createConnections<TUser>(
  settings: Settings<TUser>,
  { provider, consents, forms, returnPath, screen, onEvent }: ConnectionsParts,
): (req: IncomingMessage, res: ServerResponse) => Promise<void> {
  const { basePath, issuer, scopes, app } = settings;
  const path = `${basePath}${paths.connections}`;
  const staticIds = new Set(settings.clients?.map((client) => client.client_id));

  const view = async (userId: string): Promise<ConnectionView[]> => {
    const list = await consents.list(userId);
    list.sort((one, other) => other.since - one.since);
    return await Promise.all(
      list.map(async (consent): Promise<ConnectionView> => {
        const { clientId } = consent;
        // A document may be gone. What was allowed is still listed, so that it can be ended.
        const client = await provider.Client.find(clientId).catch(() => undefined);
        return {
          client: toClientView(client ?? { clientId }, staticIds.has(clientId)),
          scopes: toScopeViews(consent.scopes, scopes),
          since: new Date(consent.since),
          lastUsedAt: await consents.lastUsed(userId, clientId),
          form: withClient(forms.make(path, userId, ['end', clientId]), clientId),
        };
      }),
    );
  };

  return async (req, res) => {
    const user = await settings.findUser(req);
    if (user === undefined || user === null) {
      returnPath.leave(res, path);
      return;
    }
    returnPath.forget(req, res);
    const userId = settings.userId(user);
    if (req.method !== 'POST') {
      const html = await screen.connections({
        app,
        user: user as never,
        userName: settings.userName(user),
        connections: await view(userId),
      });
      screen.send(res, 200, html);
      return;
    }
    const fields = await readForm(req);
    const clientId = fields?.get('client') ?? '';
    if (
      !fields ||
      !isSameOrigin(req, new URL(issuer).origin) ||
      !forms.isOurs(fields, userId, ['end', clientId])
    ) {
      const message = 'the end of a connection was sent from another page, for another person, or too late';
      onEvent({ type: 'forged-form', refused: true, message, clientId, userId });
      screen.send(
        res,
        403,
        await screen.message('Nothing was ended. Open the page of your connections again.'),
      );
      return;
    }
    if (await consents.end(userId, clientId))
      onEvent({
        type: 'connection-ended',
        refused: false,
        message: 'a person ended a connection',
        clientId,
        userId,
      });
    redirect(res, path);
  };
}

function withClient(form: ConnectionView['form'], clientId: string): ConnectionView['form'] {
  return { ...form, fields: { ...form.fields, client: clientId } };
}
