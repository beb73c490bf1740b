import { TRPCError } from '@trpc/server';
import type { SignedInUser } from './context.ts';

/** Lets staff pass, and customers to their own account only. */
export function checkOwnAccount(user: SignedInUser, customerId: string): void {
  if (user.role !== 'customer' || user.customerId === customerId) return;
  throw new TRPCError({
    code: 'FORBIDDEN',
    message: `Customers see and change only their own account. Yours has the id ${user.customerId}.`,
  });
}

/** Says whose rows a list may show: of the account asked for, a customer's own, or, for staff, everybody's (`undefined`). */
export function accountToList(user: SignedInUser, customerId: string | undefined): string | undefined {
  if (user.role !== 'customer') return customerId;
  if (customerId !== undefined) checkOwnAccount(user, customerId);
  return user.customerId;
}
