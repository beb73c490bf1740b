import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';

/** Hashes a password with a new salt. */
export function hashPassword(password: string): string {
  const salt = randomBytes(16);
  return `${salt.toString('base64url')}.${scryptSync(password, salt, 32).toString('base64url')}`;
}

/** Whether a password has this hash. */
export function isPassword(password: string, passwordHash: string): boolean {
  const [salt = '', hash = ''] = passwordHash.split('.').map((part) => Buffer.from(part, 'base64url'));
  return timingSafeEqual(scryptSync(password, salt, 32), Buffer.from(hash));
}
