import { describe, expect, it } from 'vitest';
import { describeDemo, expectRefusal, roles } from '../test/demo.ts';
import { staff, tokens } from './sample/cast.ts';

describe('signing in', () => {
  describeDemo((demo) => {
    it.each(roles)('finds the user of the token for %s', async (role) => {
      const me = await demo.as(role).users.me.query();
      expect(me).toEqual({
        id: expect.any(String),
        name: tokens[role].name,
        email: tokens[role].email,
        role,
        customerId: role === 'customer' ? expect.any(String) : null,
        may: expect.any(String),
        tools: expect.arrayContaining(['whoami']),
      });
    });

    it('asks for a token where none was sent', async () => {
      await expectRefusal(
        demo.withToken(undefined).users.me.query(),
        'UNAUTHORIZED',
        'send the header "Authorization: Bearer <token>"',
      );
    });

    it('says that a token is unknown', async () => {
      await expectRefusal(
        demo.withToken('demo-nobody').users.me.query(),
        'UNAUTHORIZED',
        'Nobody has this token',
      );
    });

    it('takes the word Bearer in any case, and no other scheme', async () => {
      const ask = async (authorization: string) => {
        const response = await fetch(`${demo.url}/trpc/users.me`, { headers: { authorization } });
        return response.status;
      };
      expect(await ask('bearer demo-admin')).toBe(200);
      expect(await ask('Basic demo-admin')).toBe(401);
      expect(await ask('demo-admin')).toBe(401);
    });

    it('takes the token of a browser that subscribes, which cannot send headers', async () => {
      const ask = async (authorization: string) => {
        const params = encodeURIComponent(JSON.stringify({ authorization }));
        const response = await fetch(`${demo.url}/trpc/users.me?connectionParams=${params}`);
        return response.status;
      };
      expect(await ask('Bearer demo-viewer')).toBe(200);
      expect(await ask('Bearer demo-nobody')).toBe(401);
    });

    it('keeps people of a deactivated account out until it is reactivated', async () => {
      const { customerId } = await demo.as('customer').users.me.query();
      if (customerId === null) throw new Error('the customer has no account');
      await demo.as('admin').customers.deactivate.mutate({ id: customerId });
      await expectRefusal(
        demo.as('customer').users.me.query(),
        'FORBIDDEN',
        'Ask support to have it reactivated',
      );
      await expectRefusal(demo.as('customer').invoices.list.query({}), 'FORBIDDEN', 'deactivated');

      await demo.as('admin').customers.reactivate.mutate({ id: customerId });
      await expect(demo.as('customer').users.me.query()).resolves.toMatchObject({ customerId });
    });

    it('answers the calls of one batch for one user, and another user beside it for another', async () => {
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => [
          demo.as('admin').users.me.query(),
          demo.as('viewer').users.me.query(),
        ]).flatMap((pair) => pair),
      );
      expect(answers.map((me) => me.name)).toEqual(
        Array.from({ length: 10 }, () => [staff.admin.name, staff.viewer.name]).flat(),
      );
    });
  });
});
