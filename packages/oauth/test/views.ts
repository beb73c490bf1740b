import type {
  ClientView,
  ConnectionsView,
  ConnectionView,
  ConsentView,
  MessageView,
} from '../src/pages/view.ts';

/** A client whose metadata document is on its host. */
export const claude: ClientView = {
  id: 'https://claude.ai/oauth/client.json',
  name: 'Claude',
  host: 'claude.ai',
  isVerified: true,
};

/** A client that has registered itself, as a program on the person's computer. */
export const editor: ClientView = { id: 'k3J9', name: 'Cursor', host: undefined, isVerified: false };

const scopes = {
  read: { name: 'app:read', description: 'See your customers' },
  write: { name: 'app:write', description: 'Change your customers, and invite new ones in your name' },
};

export function consentView(changes: Partial<ConsentView> = {}): ConsentView {
  return {
    app: { name: 'Acme', logo: '/logo.svg' },
    client: claude,
    user: { id: 'ada' },
    userName: 'Ada Lovelace',
    asked: [scopes.read, scopes.write],
    allowed: [],
    redirectHost: 'claude.ai',
    redirectScheme: undefined,
    form: { action: '/oauth/login/7', fields: { proof: 'p"1' } },
    connectionsUrl: '/oauth/connections',
    ...changes,
  };
}

/** A client that wants more than the person has allowed it before. */
export function stepUpView(changes: Partial<ConsentView> = {}): ConsentView {
  return consentView({
    client: editor,
    asked: [scopes.write],
    allowed: [scopes.read],
    redirectHost: undefined,
    redirectScheme: 'cursor',
    ...changes,
  });
}

export function connectionView(changes: Partial<ConnectionView> = {}): ConnectionView {
  return {
    client: claude,
    scopes: [scopes.read, scopes.write],
    since: new Date('2026-03-01T23:30:00Z'),
    lastUsedAt: new Date('2026-11-28T10:00:00Z'),
    form: { action: '/oauth/connections/1', fields: { proof: 'p1' } },
    ...changes,
  };
}

export function connectionsView(...connections: ConnectionView[]): ConnectionsView {
  return { app: { name: 'Acme' }, user: { id: 'ada' }, userName: 'Ada Lovelace', connections };
}

export const messageView: MessageView = {
  app: { name: 'Acme' },
  title: 'This login cannot go on',
  message: 'It took too long. Go back to the program that you came from, and connect again there.',
};

/** A client that writes what it should not into everything that it may write. */
export const hostile: ClientView = {
  id: 'javascript:alert(1)',
  name: `Acme” (verified)\u202e\n<script>alert(1)</script>"'${'W'.repeat(10_000)}`,
  host: `accounts.acme.example.${'a'.repeat(60)}.${'b'.repeat(60)}.evil.example`,
  isVerified: false,
  logo: 'https://evil.example/pixel.png',
  website: 'https://evil.example/"><script>alert(1)</script>',
};
