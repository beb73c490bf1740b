import { nameOf, placeOf, voucherOf } from './client.ts';
import { type Html, html } from './html.ts';
import { hiddenFields, layoutPage, personName, wordsOf } from './layout.ts';
import type { AppView, ConnectionsView, ConnectionView } from './view.ts';

/** Writes the page on which a person sees what they have connected, and can end it. */
export function connectionsPage({ app, userName, connections }: ConnectionsView): string {
  return layoutPage(
    app,
    'Your connections',
    html`
      <h1>Your connections</h1>
      <p>You are signed in to ${app.name} as ${personName(userName)}.</p>
      ${connections.length === 0 ? emptyState : connectionList(app, connections)}
    `,
  );
}

const emptyState = html`<p>Nothing is connected.</p>
  <p class="hint">What you connect to your account appears here, such as claude.ai or an editor.</p>`;

function connectionList(app: AppView, connections: readonly ConnectionView[]): Html {
  return html`<p>
      When you end a connection, it loses its access at once. To connect again, it has to ask you again.
    </p>
    <ul class="connections">
      ${connections.map((connection) => connectionItem(app, connection))}
    </ul>`;
}

function connectionItem(app: AppView, { client, scopes, since, lastUsedAt, form }: ConnectionView): Html {
  const name = nameOf(client);
  return html`<li>
    <h2><bdi>${name}</bdi></h2>
    <p>${placeOf(client)}</p>
    <p class="${client.isVerified ? 'good' : 'warn'}">${voucherOf(client, app.name)}</p>
    ${
      scopes.length > 0
        ? html`<p>It can:</p>
            <ul class="already">
              ${scopes.map((scope) => html`<li>${wordsOf(scope)}</li>`)}
            </ul>`
        : html`<p>It only knows who you are.</p>`
    }
    <p class="faint">
      Allowed on ${day(since)}. ${lastUsedAt ? html`Last used on ${day(lastUsedAt)}.` : 'Not used yet.'}
    </p>
    <form method="post" action="${form.action}">
      ${hiddenFields(form)}
      <button>
        End<span class="unseen"> the connection of <bdi>${name}</bdi></span>
      </button>
    </form>
  </li>`;
}

// In UTC, because the server does not know the time zone of the person.
const days = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeZone: 'UTC' });

function day(date: Date): Html {
  return html`<time datetime="${date.toISOString()}">${days.format(date)}</time>`;
}
