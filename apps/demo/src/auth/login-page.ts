import type { SignedInUser } from '../context.ts';

export interface LoginView {
  people: readonly SignedInUser[];
  /** Whoever is signed in already. */
  signedIn: SignedInUser | undefined;
  /** Where the browser goes afterwards. */
  returnTo: string;
}

/** Writes the login page: with the people whom one can be, and for whoever is signed in also with the way out. */
export function loginPage({ people, signedIn, returnTo }: LoginView): string {
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
${signedIn ? account(signedIn) : ''}
<form method="post" action="/login">
<input type="hidden" name="returnTo" value="${escape(returnTo)}">
<fieldset>
<legend>${signedIn ? 'Be somebody else' : 'Who are you?'}</legend>
${people
  .filter(({ id }) => id !== signedIn?.id)
  .map(choice)
  .join('\n')}
</fieldset>
</form>
<p class="note">This is a demo with made-up people, so it asks for no password.</p>
</main>
</body>
</html>
`;
}

function account({ name }: SignedInUser): string {
  return `<p>You are signed in as <strong>${escape(name)}</strong>. <a href="/oauth/connections">Your connections</a> are the
clients that may work here in your name.</p>
<form method="post" action="/logout"><button class="out">Sign out</button></form>`;
}

function choice({ id, name, email, role }: SignedInUser): string {
  return `<button name="person" value="${escape(id)}"><b>${escape(name)}</b> <span>${role}</span><small>${escape(email)}</small></button>`;
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
a { color: inherit; }
small, .note { color: light-dark(#4b5563, #d1d5db); }
fieldset { display: grid; gap: .5rem; margin: 0; padding: 0; border: 0; }
legend { padding: 0 0 .5rem; font-weight: 600; }
button { display: grid; grid-template-columns: 1fr auto; padding: .6rem .9rem; font: inherit; text-align: left; color: inherit; background: none; border: 1px solid light-dark(#d1d5db, #4b5563); border-radius: .5rem; cursor: pointer; }
button:hover, button:focus-visible { border-color: #2563eb; outline: 1px solid #2563eb; }
button small { grid-column: 1 / -1; }
.out { margin-bottom: 1.5rem; }
.note { margin: 1rem 0 0; font-size: .85rem; }
`;
