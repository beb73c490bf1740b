import { cursor } from './clients/cursor.ts';
import { vscode } from './clients/vscode.ts';
import { hasSecretName } from './header.ts';
import type { Place } from './place.ts';
import type { Server } from './server.ts';

/** Links that install a server when somebody opens them. None has a secret in it. */
export interface InstallLinks {
  cursor: string;
  vscode: string;
  /** A page that opens VS Code: for places that take only https links, such as a README on GitHub. */
  vscodeWeb: string;
}

/** Makes the links, or says why there are none. */
export function toInstallLinks(server: Server, place: Place): InstallLinks | { reason: string } {
  const secretParameter = server.kind === 'http' && findSecretParameter(server.url);
  if (secretParameter) {
    return { reason: `there are no install links: "${secretParameter}" in the URL looks like a secret` };
  }
  // Whoever opens a link has other secrets, so that every header is a reference.
  const shared: Server =
    server.kind === 'http'
      ? { ...server, headers: server.headers.map((header) => ({ ...header, isSecret: true })) }
      : { ...server, env: server.env.map(({ name }) => ({ name, value: undefined })) };
  const options = { scope: 'user', place, inline: false } as const;
  const { name } = server;
  const config = encodeURIComponent(
    Buffer.from(JSON.stringify(cursor.toEntry(shared, options).value)).toString('base64'),
  );
  const { value, inputs } = vscode.toEntry(shared, options);
  const json = (part: unknown) => encodeURIComponent(JSON.stringify(part));
  const withInputs = inputs === undefined ? '' : `&inputs=${json(inputs)}`;
  return {
    cursor: `cursor://anysphere.cursor-deeplink/mcp/install?name=${encodeURIComponent(name)}&config=${config}`,
    vscode: `vscode:mcp/install?${json({ name, ...value, ...(inputs && { inputs }) })}`,
    vscodeWeb: `https://insiders.vscode.dev/redirect/mcp/install?name=${encodeURIComponent(name)}&config=${json(value)}${withInputs}`,
  };
}

const findSecretParameter = (url: string): string | undefined =>
  [...new URL(url).searchParams.keys()].find(hasSecretName);
