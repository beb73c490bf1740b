/** Whether only this machine, or machines of the same network, reach a host. */
export function isPrivateHost(hostname: string): boolean {
  return (
    /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])$/.test(hostname) ||
    /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|0\.0\.0\.0$|\[f[cd]|\[fe80:)/.test(
      hostname,
    ) ||
    /\.(?:local|internal|lan|home|test)$/.test(hostname) ||
    (!hostname.includes('.') && !hostname.includes(':'))
  );
}
