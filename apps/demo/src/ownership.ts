import { TRPCError } from '@trpc/server';
import type { SignedInUser } from './context.ts';

/** Allows staff to use every account, and customers only their own. */
export function checkOwnAccount(user: SignedInUser, customerId: string): void {
  if (user.role !== 'customer' || user.customerId === customerId) return;
  throw new TRPCError({
    code: 'FORBIDDEN',
    message: `Customers see and change only their own account. Yours has the id ${user.customerId}.`,
  });
}

/**
 * Returns the account whose rows a list may show: the requested one, a customer's own one, or `undefined` for all
 * accounts, if staff calls.
 */
export function accountToList(user: SignedInUser, customerId: string | undefined): string | undefined {
  if (user.role !== 'customer') return customerId;
  if (customerId !== undefined) checkOwnAccount(user, customerId);
  return user.customerId;
}
