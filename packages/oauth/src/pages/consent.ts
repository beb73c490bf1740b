import { nameOf, placeOf, voucherOf } from './client.ts';
import { type Html, html } from './html.ts';
import { hiddenFields, layoutPage, personName, wordsOf } from './layout.ts';
import { toAsciiHost, toPlainText } from './text.ts';
import type { ConsentView } from './view.ts';

/** Writes the page that asks a person whether a client may work in the app in their name. */
export function consentPage(view: ConsentView): string {
  const { app, client, userName, form, connectionsUrl } = view;
  return layoutPage(
    app,
    'Allow a connection?',
    html`
      <h1>“<bdi>${nameOf(client)}</bdi>” <span>wants to connect to ${app.name}</span></h1>
      ${whoAsks(view)}
      <form method="post" action="${form.action}" autocomplete="off">
        ${hiddenFields(form)} ${whatFor(view)} ${whatBefore(view)}
        <p>You are signed in as ${personName(userName)}.</p>
        <p class="hint">
          If you want to connect another account: cancel, sign out of ${app.name}, and begin again.
        </p>
        <p>Afterwards, your browser goes to ${destination(view)}.</p>
        <p class="hint">If you did not just come from there, cancel.</p>
        ${buttons}
      </form>
      ${
        connectionsUrl !== undefined &&
        html`<p class="after">
          You can end it later, on the page <a href="${connectionsUrl}">Your connections</a>.
        </p>`
      }
    `,
  );
}

function whoAsks({ app, client, redirectHost }: ConsentView): Html {
  if (!client.isVerified)
    return html`<div class="who warn">
      ${mark}
      <p><strong>This name is not verified.</strong> Anybody can use it.</p>
      <p>
        It is used by
        ${client.host === undefined ? 'a program on this computer.' : html`<strong>${placeOf(client)}</strong>.`}
      </p>
    </div>`;
  // A verified name does not prove which program on a computer asks: any of them can use the public id of another.
  const isLocal = redirectHost === undefined;
  return html`<div class="who ${isLocal ? 'warn' : 'good'}">
    ${isLocal ? mark : tick}
    <p><strong>${placeOf(client)}</strong></p>
    <p>${voucherOf(client, app.name)}</p>
    ${
      isLocal &&
      html`<p>
        But any program on this computer could pose as it. Allow it only if you have just started it yourself.
      </p>`
    }
  </div>`;
}

function whatFor({ app, asked, allowed }: ConsentView): Html {
  if (asked.length === 0)
    return allowed.length > 0
      ? html`<p>It asks for nothing new. It learns who you are in ${app.name}.</p>`
      : html`<p>It asks for no permission. It only learns who you are in ${app.name}.</p>`;
  if (asked.length === 1)
    return html`<h2>It will be able to</h2>
      <ul class="scopes">
        ${asked.map((scope) => html`<li>${wordsOf(scope)}</li>`)}
      </ul>`;
  // The empty scope says that the person has chosen, also when nothing is ticked.
  return html`<fieldset>
      <legend><h2>It will be able to</h2></legend>
      <input type="hidden" name="scope" value="" />
      <ul class="scopes">
        ${asked.map(
          (scope) =>
            html`<li>
              <label
                ><input type="checkbox" name="scope" value="${scope.name}" checked />${wordsOf(scope)}</label
              >
            </li>`,
        )}
      </ul>
    </fieldset>
    <p class="nothing">Nothing is ticked, so it will get none of these permissions.</p>`;
}

function whatBefore({ allowed }: ConsentView): Html | false {
  return (
    allowed.length > 0 &&
    html`<h2>It can already</h2>
      <ul class="already">
        ${allowed.map((scope) => html`<li>${wordsOf(scope)}</li>`)}
      </ul>`
  );
}

function destination({ redirectHost, redirectScheme }: ConsentView): Html {
  if (redirectHost !== undefined) return html`<strong>${toAsciiHost(redirectHost)}</strong>`;
  return redirectScheme === undefined
    ? html`<strong>a program on this computer</strong>`
    : html`the program on this computer that opens
        <strong>${toPlainText(redirectScheme, 40)}:</strong> links`;
}

// Cancel comes first, because Enter in a checkbox presses the first button of a form.
const buttons = html`<div class="buttons">
  <button name="decision" value="deny">Cancel</button>
  <button name="decision" value="allow" class="main">Allow</button>
</div>`;

const tick = html`<svg viewBox="0 0 20 20" aria-hidden="true">
  <circle cx="10" cy="10" r="8.5" />
  <path d="m6.5 10.5 2.5 2.5 4.5-5.5" />
</svg>`;

const mark = html`<svg viewBox="0 0 20 20" aria-hidden="true">
  <circle cx="10" cy="10" r="8.5" />
  <path d="M10 5.8v5M10 14.1v.1" />
</svg>`;
