import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Interaction, Provider } from 'oidc-provider';
import { toClientView, hostOf, schemeOf } from './client-view.ts';
import type { Consents } from './consents.ts';
import type { OnEvent } from './event.ts';
import { type Forms, isSameOrigin, readForm } from './forms.ts';
import type { Screen } from './screen.ts';
import { paths } from './provider.ts';
import { redirect } from './reply.ts';
import type { ReturnPath } from './return-path.ts';
import { isSameUrl } from './same-url.ts';
import { scopesIn, toScopeViews } from './scope.ts';
import type { Settings } from './settings.ts';

export interface InteractionParts {
  provider: Provider;
  consents: Consents;
  forms: Forms;
  returnPath: ReturnPath;
  screen: Screen;
  onEvent: OnEvent;
}

/** Serves the page between an authorization request and its answer: asks the app who it is, and the person whether. */
export function createInteraction<TUser>(
  settings: Settings<TUser>,
  { provider, consents, forms, returnPath, screen, onEvent }: InteractionParts,
): (req: IncomingMessage, res: ServerResponse, uid: string) => Promise<void> {
  const { basePath, issuer, scopes, app } = settings;
  const origin = new URL(issuer).origin;
  const staticIds = new Set(settings.clients?.map((client) => client.client_id));

  /** What is asked, of whom, for whom. */
  const read = async (req: IncomingMessage, res: ServerResponse, user: TUser) => {
    const details = await provider.interactionDetails(req, res);
    const clientId = String(details.params['client_id']);
    const client = await provider.Client.find(clientId);
    const userId = settings.userId(user);
    const asked = scopesIn(details.params['scope']).filter((scope) => Object.hasOwn(scopes, scope));
    const granted = settings.grants ? await settings.grants(user, [...asked]) : asked;
    const possible = asked.filter((scope) => granted.includes(scope));
    const before = await consents.find(userId, clientId);
    const allowed = possible.filter((scope) => before?.scopes.includes(scope));
    const added = possible.filter((scope) => !allowed.includes(scope));
    return { details, client, clientId, userId, asked, possible, before, allowed, added };
  };
  type Read = Awaited<ReturnType<typeof read>>;
  // The answer counts only for what the page showed.
  const purposeOf = (uid: string, { clientId }: Read, shown: string) => ['consent', uid, clientId, shown];

  const show = async (res: ServerResponse, uid: string, user: TUser, now: Read) => {
    const redirectUri = String(now.details.params['redirect_uri']);
    const shown = now.added.join(' ');
    const form = forms.make(`${basePath}${paths.interaction}/${uid}`, now.userId, purposeOf(uid, now, shown));
    const html = await screen.consent({
      app,
      client: toClientView(now.client ?? { clientId: now.clientId }, staticIds.has(now.clientId)),
      user: user as never,
      userName: settings.userName(user),
      asked: toScopeViews(now.added, scopes),
      allowed: toScopeViews(now.before?.scopes ?? [], scopes),
      redirectHost: hostOf(redirectUri),
      redirectScheme: schemeOf(redirectUri),
      form: { ...form, fields: { ...form.fields, shown } },
      connectionsUrl: `${basePath}${paths.connections}`,
    });
    screen.send(res, 200, html, redirectUri);
  };

  const finish = async (
    req: IncomingMessage,
    res: ServerResponse,
    { details, clientId, userId, asked, possible }: Read,
    chosen: readonly string[],
  ) => {
    const given = possible.filter((scope) => chosen.includes(scope));
    if (asked.length > 0 && given.length === 0) {
      await refuse(req, res, 'The person has allowed none of the scopes.');
      return;
    }
    await consents.allow(userId, clientId, given);
    const grant = new provider.Grant({ accountId: userId, clientId });
    grant.addOIDCScope('openid offline_access');
    for (const resource of resourcesIn(details, settings)) {
      if (given.length > 0) grant.addResourceScope(resource, given.join(' '));
      const rest = asked.filter((scope) => !given.includes(scope));
      if (rest.length > 0) grant.rejectResourceScope(resource, rest.join(' '));
    }
    await provider.interactionFinished(req, res, {
      login: { accountId: userId, remember: false },
      consent: { grantId: await grant.save() },
    });
  };

  const refuse = (req: IncomingMessage, res: ServerResponse, reason: string) =>
    provider.interactionFinished(req, res, { error: 'access_denied', error_description: reason });

  /** Whether `loadUser` knows the person too. Otherwise no token of theirs would work. */
  const isKnown = async (userId: string): Promise<boolean> => {
    const loaded = await settings.loadUser(userId);
    if (loaded !== undefined && loaded !== null) return true;
    const message = `findUser gave a person that loadUser(${JSON.stringify(userId)}) does not find`;
    onEvent({ type: 'failure', refused: false, message, userId });
    return false;
  };

  /**
   * Whether another program on the computer of the person can pose as this client: it needs no more than an id that everybody
   * knows. Then the person is asked each time, as RFC 8252, section 8.6, advises.
   */
  const canBePosed = ({ clientId, details }: Read): boolean => {
    const isPublicId = staticIds.has(clientId) || URL.canParse(clientId);
    return isPublicId && hostOf(String(details.params['redirect_uri'])) === undefined;
  };

  return async (req, res, uid) => {
    const details = await provider.interactionDetails(req, res);
    if (details.uid !== uid) throw new Error('the cookie belongs to another interaction');
    const path = `${basePath}${paths.interaction}/${uid}`;
    const user = await settings.findUser(req);
    if (user === undefined || user === null) {
      returnPath.leave(res, path);
      return;
    }
    returnPath.forget(req, res);
    const now = await read(req, res, user);
    // A second click on the button. The first one has been answered.
    if (req.method === 'POST' && details.result?.login?.accountId === now.userId) {
      redirect(res, details.returnTo);
      return;
    }
    if (!(await isKnown(now.userId))) {
      screen.send(res, 403, await screen.message('You may not connect anything to this app.'));
      return;
    }
    if (req.method !== 'POST') {
      if (now.asked.length > 0 && now.possible.length === 0) {
        onEvent({
          type: 'consent',
          refused: true,
          message: 'the person may allow none of the scopes',
          clientId: now.clientId,
          userId: now.userId,
        });
        await refuse(req, res, 'The person may allow none of the scopes.');
        return;
      }
      const isRemembered = now.before !== undefined && now.added.length === 0 && !canBePosed(now);
      if (isRemembered && !asksAgain(details)) await finish(req, res, now, now.possible);
      else await show(res, uid, user, now);
      return;
    }
    const fields = await readForm(req);
    const isOurs =
      fields !== undefined &&
      isSameOrigin(req, origin) &&
      forms.isOurs(fields, now.userId, purposeOf(uid, now, fields.get('shown') ?? ''));
    if (!isOurs) {
      const message = 'a consent was sent from another page, for another person, or too late';
      onEvent({ type: 'forged-form', refused: true, message, clientId: now.clientId, userId: now.userId });
      // Whoever really is in front of the page can decide again.
      if (isSameOrigin(req, origin)) await show(res, uid, user, now);
      else screen.send(res, 403, await screen.message(forbidden));
      return;
    }
    const isAllowed = fields.get('decision') === 'allow';
    const shown = scopesIn(fields.get('shown'));
    const ticked = fields.has('scope')
      ? fields.getAll('scope').filter((scope) => shown.includes(scope))
      : shown;
    onEvent({
      type: 'consent',
      refused: !isAllowed,
      message: isAllowed ? `allowed ${ticked.join(' ') || 'nothing new'}` : 'the person refused',
      clientId: now.clientId,
      userId: now.userId,
    });
    if (isAllowed) await finish(req, res, now, [...now.allowed, ...ticked]);
    else await refuse(req, res, 'The person refused.');
  };
}

const forbidden = 'This form was sent from another website.';

/** Whether the client wants that the person is asked, whatever was allowed before. */
function asksAgain({ params }: Interaction): boolean {
  return scopesIn(params['prompt']).includes('consent');
}

/** The endpoint in the words of the client: it may have left it out, or written it with a slash at the end. */
function resourcesIn<TUser>({ params }: Interaction, settings: Settings<TUser>): string[] {
  const named = [params['resource'] ?? settings.resource].flat().map(String);
  return named.filter((indicator) => isSameUrl(indicator, settings.resource));
}
