// Minimal pages. In your app, use better-auth's client, which does the same.
const send = `
const send = async (path, body) => {
  const response = await fetch('/api/auth' + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...body, oauth_query: location.search.slice(1) }),
  });
  const { url, message } = await response.json();
  if (url) location.href = url;
  else document.body.append(message ?? 'That did not work.');
};`;

export const signInPage = `<!doctype html>
<title>Sign in</title>
<form>
  <label>Email <input name="email" type="email"></label>
  <label>Password <input name="password" type="password"></label>
  <button>Sign in</button>
</form>
<script type="module">${send}
document.forms[0].onsubmit = (event) => {
  event.preventDefault();
  send('/sign-in/email', Object.fromEntries(new FormData(event.target)));
};
</script>`;

export const consentPage = `<!doctype html>
<title>Allow</title>
<p>Allow this client to use: <b id="scope"></b>?</p>
<button value="yes">Allow</button>
<button>Do not</button>
<script type="module">${send}
document.querySelector('#scope').textContent = new URLSearchParams(location.search).get('scope');
for (const button of document.querySelectorAll('button')) {
  button.onclick = () => send('/oauth2/consent', { accept: button.value === 'yes' });
}
</script>`;
