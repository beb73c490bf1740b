import type { SignedInUser } from '../context.ts';
import { type Scope, scopes, scopesOf } from './scope.ts';

export interface LoginRequest {
  /** The name that the client gave itself. It is not verified. */
  client: string;
  /** The URL to which the browser goes afterwards. */
  redirectHost: string;
  asked: readonly Scope[];
  people: readonly SignedInUser[];
}

/** Writes the login page, where a person signs in and sees which client gets which permissions. */
export function loginPage({ client, redirectHost, asked, people }: LoginRequest): string {
  const name = escape(client);
  return page(`<p><strong>${name}</strong> wants to work here in your name. It will be able to:</p>
<ul class="scopes">
${asked.map((scope) => `<li>${escape(scopes[scope])} <code>${scope}</code></li>`).join('\n')}
</ul>
<form method="post">
<fieldset>
<legend>Who are you?</legend>
${people.map((person) => choice(person, asked)).join('\n')}
</fieldset>
<button class="quiet" name="user" value="">Cancel</button>
</form>
<p class="note">You will be sent back to <strong>${escape(redirectHost)}</strong>. If you did not just come from there, cancel.
This is a demo with made-up people, so it asks for no password.</p>`);
}

/** Writes the page that a person sees when a login cannot go on. */
export function errorPage(message: string): string {
  return page(`<p>This login cannot go on: ${escape(message)}.</p>
<p class="note">Go back to where you came from, and begin again there.</p>`);
}

function page(content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Sign in – Back office</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>Back office</h1>
${content}
</main>
</body>
</html>
`;
}

function choice({ id, name, email, role }: SignedInUser, asked: readonly Scope[]): string {
  const refused = asked.filter((scope) => !scopesOf[role].includes(scope));
  const less =
    refused.length > 0
      ? `<span class="less">without ${refused.map((scope) => `<code>${scope}</code>`).join(', ')}</span>`
      : '';
  return `<button name="user" value="${escape(id)}"><b>${escape(name)}</b> <span>${role}</span><small>${escape(email)}</small>${less}</button>`;
}

function escape(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replaceAll(/[&<>"]/g, (character) => entities[character]!);
}

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#f3f4f6, #111827); color: light-dark(#111827, #f3f4f6); }
main { box-sizing: border-box; width: min(27rem, 100vw); padding: 2rem; background: light-dark(#fff, #1f2937); border-radius: .75rem; }
h1 { margin: 0 0 .5rem; font-size: 1.25rem; }
code { font-size: .8em; }
code, small, .less, .note { color: light-dark(#4b5563, #d1d5db); }
.scopes { padding-left: 1.2rem; }
fieldset { display: grid; gap: .5rem; margin: 0; padding: 0; border: 0; }
legend { padding: 0 0 .5rem; font-weight: 600; }
button { display: grid; grid-template-columns: 1fr auto; padding: .6rem .9rem; font: inherit; text-align: left; color: inherit; background: none; border: 1px solid light-dark(#d1d5db, #4b5563); border-radius: .5rem; cursor: pointer; }
button:hover, button:focus-visible { border-color: #2563eb; outline: 1px solid #2563eb; }
button small, button .less { grid-column: 1 / -1; }
button .less { font-size: .85em; }
.quiet { margin-top: .75rem; border-color: transparent; text-decoration: underline; padding-left: 0; }
.note { margin: 1rem 0 0; font-size: .85rem; }
`;
