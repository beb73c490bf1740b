/** The app, as its pages show it. */
export interface AppView {
  name: string;
  /** An `https:` or `data:` URL, or a path of the app. */
  logo?: string | undefined;
}

/** A client, as the pages show it. Its name, logo and links are its own words, unless the app registered it. */
export interface ClientView {
  id: string;
  /** The name that it gives itself, or the host if it gives none. */
  name: string;
  /**
   * The host that stands for it: of the URL of its metadata document if it has one, otherwise of its redirect URI.
   * `undefined` for a program on the person's own computer.
   */
  host: string | undefined;
  /**
   * Whether it is known that `host` runs this client: its metadata document is there. Or the app itself has registered it.
   * Anybody can register under any name, so the name of other clients proves nothing.
   */
  isVerified: boolean;
  /** An `https:` URL. It is not loaded: that would tell the client who looks at the page. */
  logo?: string | undefined;
  /** An `https:` URL of a page about it. */
  website?: string | undefined;
}

/** A permission, in the words of the option `scopes`. */
export interface ScopeView {
  name: string;
  description: string;
}

/** What the consent page shows. */
export interface ConsentView<TUser = unknown> {
  app: AppView;
  client: ClientView;
  /** Whoever is signed in, as `findUser` gave it. */
  user: TUser;
  /** A word for whoever is signed in: the name, the email address or the id. */
  userName: string;
  /** What is asked for now, and has not been allowed before. Can be empty: then the client only wants to know who it is. */
  asked: readonly ScopeView[];
  /** What the person has allowed this client before. */
  allowed: readonly ScopeView[];
  /** Where the browser goes afterwards: a host, such as `claude.ai`, or `undefined` for a program on this computer. */
  redirectHost: string | undefined;
  /** The scheme of a program that is started afterwards, such as `cursor`, if the redirect URI is not of the web. */
  redirectScheme: string | undefined;
  /**
   * The fields that the form has to send with `method="post"` to `action`: hidden ones, and one button for each decision:
   * `name="decision"` with the value `allow` or `deny`. A form may send `scope` once for each scope that the person leaves
   * ticked; without `scope`, all that is `asked` is allowed. So a form with checkboxes also sends an empty `scope`: with
   * nothing ticked, nothing of what is `asked` is allowed.
   */
  form: FormView;
  /** The path of the page of connections, where the person can end this later. */
  connectionsUrl?: string | undefined;
}

/** A form that a page has to send as it is. */
export interface FormView {
  /** A path of this server. */
  action: string;
  /** Hidden fields by name. They tie the form to this person and this page. */
  fields: Readonly<Record<string, string>>;
}

/** What the page of connections shows. */
export interface ConnectionsView<TUser = unknown> {
  app: AppView;
  user: TUser;
  userName: string;
  connections: readonly ConnectionView[];
}

/** A client that a person has allowed something. */
export interface ConnectionView {
  client: ClientView;
  scopes: readonly ScopeView[];
  /** When it was first allowed. */
  since: Date;
  /** When it last got a token. */
  lastUsedAt: Date | undefined;
  /** The form that ends it: it needs only its fields and a button. */
  form: FormView;
}

/** What a page says when a login cannot go on. */
export interface MessageView {
  app: AppView;
  title: string;
  /** Whole sentences. */
  message: string;
}

/** The pages that a person sees. Each returns a whole HTML document. Everything that a client wrote has to be escaped. */
export interface Pages<TUser = unknown> {
  consent?: (view: ConsentView<TUser>) => string | Promise<string>;
  connections?: (view: ConnectionsView<TUser>) => string | Promise<string>;
  message?: (view: MessageView) => string | Promise<string>;
}
