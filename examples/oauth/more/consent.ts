import { type ConsentView, escapeHtml as escape, type Pages } from '@trpc-mcp/oauth';
import type { User } from '../app.ts';

/** A consent page in the app's own design. A client chooses its own name, so everything is escaped. */
export const pages: Pages<User> = { consent: writeConsent };

function writeConsent({ app, client, user, asked, redirectHost, form }: ConsentView<User>): string {
  const who = `${client.name} (${client.host ?? 'a program on your computer'})`;
  const hidden = Object.entries(form.fields).map(
    ([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}">`,
  );
  return `<!doctype html>
<html lang="en">
<title>${escape(app.name)}</title>
<h1>${escape(who)} wants to work in ${escape(app.name)} for you, ${escape(user.name)}</h1>
${client.isVerified ? '' : '<p>Anybody can use this name. Agree only if you have started this yourself.</p>'}
<ul>${asked.map(({ description }) => `<li>${escape(description)}</li>`).join('')}</ul>
<form method="post" action="${escape(form.action)}">
${hidden.join('\n')}
<button name="decision" value="allow">Agree</button>
<button name="decision" value="deny">Refuse</button>
</form>
<p>Then you go back to ${escape(redirectHost ?? 'the program')}.</p>
</html>`;
}
