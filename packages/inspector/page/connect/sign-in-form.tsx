import { type FormEvent, useEffect, useState } from 'react';
import { changeCredential, connection } from '../session/connection.ts';
import { findHeaderProblem, linkOutcome } from '../session/link.ts';
import { maskHeader } from '../session/secret.ts';
import { type Credential, credential } from '../session/settings.ts';
import { dropWindow, keepCredential, keepsCredential, prepareWindow, signedIn } from '../session/sign-in.ts';
import { useStore } from '../store.ts';
import { demands } from './demands/demands.ts';

type Way = Credential['kind'];

/** Chooses as whom the page calls. */
export function SignInForm() {
  const chosen = useStore(credential);
  const access = useStore(demands)?.access;
  const open = useStore(connection);
  const [way, setWay] = useState<Way>();
  const [header, setHeader] = useState('Authorization');
  const [value, setValue] = useState('');
  const [problem, setProblem] = useState<string>();
  const suggested: Way = access === 'oauth' ? 'oauth' : access === 'token' ? 'header' : 'nobody';
  const shown = way ?? (chosen.kind === 'nobody' && open.kind === 'failed' ? suggested : chosen.kind);

  // Whoever signed in or out elsewhere sees that here.
  useEffect(() => setWay(undefined), [chosen]);

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setProblem(undefined);
    if (shown === 'header') {
      const full = toHeaderValue(header, value);
      const found = findHeaderProblem(header, full);
      setProblem(found);
      if (found !== undefined) return;
      setValue('');
      void changeCredential({ kind: 'header', name: header, value: full });
      return;
    }
    if (shown === 'oauth' && !isSecureContext) {
      setProblem(
        `Browsers allow this sign-in on https and on this machine (localhost) only, and this page is at ${location.origin}. Open it there, or send a token as a header.`,
      );
      return;
    }
    // In the turn of the click: browsers block a window that comes later.
    if (shown === 'oauth') prepareWindow();
    else dropWindow();
    void changeCredential({ kind: shown });
  };

  return (
    <section aria-labelledby="sign-in-form-title">
      <h2 id="sign-in-form-title">Sign in</h2>
      <CurrentCaller chosen={chosen} />
      <form onSubmit={submit} className="ways">
        <fieldset>
          <legend>Call the endpoint as</legend>
          {ways.map(({ kind, title, text }) => (
            <div key={kind} className="way">
              <input
                type="radio"
                name="way"
                id={`way-${kind}`}
                checked={shown === kind}
                aria-describedby={`way-${kind}-text`}
                onChange={() => setWay(kind)}
              />
              <label htmlFor={`way-${kind}`}>{title}</label>
              <p id={`way-${kind}-text`} className="faint">
                {text}
              </p>
            </div>
          ))}
        </fieldset>
        {shown === 'header' && (
          <div className="row fields">
            <label>
              Header{' '}
              <input
                value={header}
                onChange={(event) => setHeader(event.target.value.trim())}
                autoComplete="off"
                spellCheck={false}
                required
              />
            </label>
            <label className="wide">
              {header.toLowerCase() === 'authorization' ? 'Token' : 'Value'}{' '}
              <input
                type="password"
                value={value}
                onChange={(event) => setValue(event.target.value)}
                autoComplete="off"
                spellCheck={false}
                required
              />
            </label>
            {header.toLowerCase() === 'authorization' && (
              <p className="faint">
                “Bearer ” is put in front of a token. Write another scheme yourself: <code>Basic …</code>
              </p>
            )}
          </div>
        )}
        {problem !== undefined && <p role="alert">{problem}</p>}
        <p>
          <button type="submit" className="primary">
            {shown === 'nobody' ? 'Connect' : 'Sign in'}
          </button>
        </p>
      </form>
      <Keep />
    </section>
  );
}

const ways: readonly { kind: Way; title: string; text: string }[] = [
  { kind: 'nobody', title: 'Nobody', text: 'Without any credential, not even a cookie.' },
  {
    kind: 'oauth',
    title: 'Me, with OAuth',
    text: 'You sign in at the authorization server that the endpoint names. It opens in a window of its own.',
  },
  {
    kind: 'header',
    title: 'Whoever has a token',
    text: 'A header of your choice goes with every request to the endpoint, such as Authorization: Bearer …',
  },
  {
    kind: 'cookie',
    title: 'Me, with the app’s own cookie',
    text: 'The browser sends the cookies that it has of this host, as for the app itself (same-origin credentials). The endpoint has to read them.',
  },
];

function CurrentCaller({ chosen }: { chosen: Credential }) {
  const outcome = useStore(linkOutcome);
  const login = useStore(signedIn);
  return (
    <div role="status">
      {outcome?.kind === 'refused' && <p className="warning">{outcome.problem}</p>}
      {chosen.kind === 'header' && outcome?.kind === 'taken' && outcome.header === chosen.name && (
        <p className="warning">
          The link that opened this page signed you in with its own {outcome.header} header. Whoever made the
          link chose as whom you call. Its credential was removed from the address of this page.
        </p>
      )}
      {chosen.kind === 'header' && (
        <p>
          Every request has{' '}
          <code>
            {chosen.name}: {maskHeader(chosen.name, chosen.value)}
          </code>
          . <SignOut />
        </p>
      )}
      {chosen.kind === 'cookie' && (
        <p>
          Every request has the cookies of this host. <SignOut />
        </p>
      )}
      {chosen.kind === 'oauth' && login && (
        <p>
          Signed in at {login.issuer ?? 'the authorization server'}, with the scopes{' '}
          {login.scopes.map((scope) => (
            <code key={scope}>{scope} </code>
          ))}
          {login.scopes.length === 0 && 'that it did not name'}. <SignOut />
        </p>
      )}
    </div>
  );
}

function SignOut() {
  return (
    <button
      type="button"
      onClick={() => {
        linkOutcome.set(undefined);
        void changeCredential({ kind: 'nobody' });
      }}
    >
      Sign out, and call as nobody
    </button>
  );
}

function Keep() {
  const keeps = useStore(keepsCredential);
  const [isRefused, setRefused] = useState(false);
  return (
    <>
      <p className="way">
        <input
          type="checkbox"
          id="keep"
          checked={keeps}
          aria-describedby="keep-text"
          onChange={(event) => setRefused(!keepCredential(event.target.checked))}
        />
        <label htmlFor="keep">Keep the credential for this tab until I close it</label>
        <span id="keep-text" className="faint">
          Without this it is in the memory of this page only, and a reload forgets it. With it, it is in the
          session storage of this tab, where every page of {location.host} that opens in this tab can read it.
        </span>
      </p>
      {isRefused && <p role="alert">This browser keeps nothing for this page.</p>}
    </>
  );
}

/** Puts the scheme in front of a token that somebody pasted without one. */
function toHeaderValue(name: string, value: string): string {
  const trimmed = value.trim();
  const isBare = name.toLowerCase() === 'authorization' && trimmed !== '' && !/\s/.test(trimmed);
  return isBare ? `Bearer ${trimmed}` : trimmed;
}
