import { toHash } from '../route.ts';
import { changeCredential } from '../session/connection.ts';
import { maskHeader } from '../session/secret.ts';
import { credential } from '../session/settings.ts';
import { signedIn } from '../session/sign-in.ts';
import { useStore } from '../store.ts';

/** Says as whom the page calls, and lets them stop it. */
export function Who() {
  const chosen = useStore(credential);
  const login = useStore(signedIn);
  if (chosen.kind === 'nobody')
    return (
      <span className="who">
        Nobody is signed in. <a href={toHash(['connect'])}>Sign in</a>
      </span>
    );
  return (
    <span className="who">
      <a href={toHash(['connect'])}>
        {chosen.kind === 'header' && `${chosen.name}: ${maskHeader(chosen.name, chosen.value)}`}
        {chosen.kind === 'cookie' && 'By the app’s cookie'}
        {chosen.kind === 'oauth' && (login ? `Signed in at ${hostOf(login.issuer)}` : 'Signing in…')}
      </a>{' '}
      <button type="button" onClick={() => void changeCredential({ kind: 'nobody' })}>
        Sign out
      </button>
    </span>
  );
}

function hostOf(issuer: string | undefined): string {
  return issuer !== undefined && URL.canParse(issuer) ? new URL(issuer).host : 'the authorization server';
}
