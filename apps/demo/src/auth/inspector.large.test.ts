import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromiumMissing, launchChromium } from '../../test/chromium.ts';
import { describeDemo } from '../../test/demo.ts';
import { aiko, tokens } from '../sample/cast.ts';

const title = 'signing in with OAuth in the inspector, in Chromium';

const revisions = ['2026-07-28', '2025-11-25'] as const;

const shownTitle = chromiumMissing ? `${title} (left out: ${chromiumMissing})` : title;

describe.skipIf(chromiumMissing)(shownTitle, { timeout: 120_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchChromium();
  }, 60_000);
  afterAll(() => browser?.close());

  describeDemo((demo) => {
    /** Opens the inspector, and collects what its policy refused and what its script threw. */
    const open = async (work: (page: Page, errors: string[]) => Promise<void>) => {
      const context = await browser.newContext();
      const violations: string[] = [];
      const errors: string[] = [];
      try {
        context.on('page', (page) => {
          page.on('pageerror', (error) => errors.push(error.message));
          page.on('console', (message) => {
            if (/Content[- ]Security[- ]Policy/i.test(message.text())) violations.push(message.text());
          });
        });
        const page = await context.newPage();
        page.setDefaultTimeout(15_000);
        await page.goto(`${demo.url}/mcp`);
        await work(page, errors);
        expect(violations).toEqual([]);
      } finally {
        await context.close();
      }
    };
    /** Signs in from the form of the page, as this person. */
    const signIn = async (page: Page, name: string, decision: 'Allow' | 'Cancel' = 'Allow') => {
      await page.getByRole('radio', { name: 'Me, with OAuth' }).check();
      const opening = page.waitForEvent('popup');
      await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
      await answer(await opening, decision, name);
    };
    /** Signs in to the app in the window that the inspector has opened, and answers. It then has to close by itself. */
    const answer = async (popup: Page, decision: 'Allow' | 'Cancel', name?: string) => {
      if (name !== undefined) await popup.getByRole('button', { name }).click();
      // It may close before the click is done.
      const closed = popup.waitForEvent('close');
      await popup.getByRole('button', { name: decision, exact: true }).click();
      await closed;
    };
    const findAiko = async () => {
      const { items } = await demo.as('support').customers.search.query({ query: aiko.email });
      return items[0]!.id;
    };
    /** Fills the form of a tool that takes these arguments, and runs it. */
    const run = async (page: Page, tool: string, input: object) => {
      const args = JSON.stringify(input);
      await page.evaluate(
        `location.hash = ${JSON.stringify(`#/tools/${tool}?args=${encodeURIComponent(args)}`)}`,
      );
      const button = page.getByRole('button', { name: 'Run', exact: true });
      await button.waitFor();
      // As long as the page has no form, the arguments are JSON in a field.
      const field = page.getByRole('textbox', { name: 'Arguments', exact: true });
      if ((await field.count()) === 1) await field.fill(args);
      await button.click();
    };

    it.each(revisions)(
      'gets a token, and more scopes when a tool wants them, in MCP %s',
      async (revision) => {
        await open(async (page, errors) => {
          await page.getByRole('combobox', { name: 'MCP', exact: true }).selectOption(revision);
          await page.getByText('The endpoint asks who you are (401).').waitFor();
          await page
            .getByText(`Every request needs OAuth with the scope backoffice:read from ${demo.url}.`)
            .waitFor();
          await page.getByText('Clients register themselves').waitFor();

          await signIn(page, tokens.support.name);
          await page.getByText(`Connected with MCP ${revision}.`).waitFor();
          expect(page.url()).toBe(`${demo.url}/mcp`);
          await page.getByText(`Signed in at ${demo.url}`).waitFor();
          await page.getByRole('link', { name: 'Tools', exact: true }).click();
          // Only what is in view is drawn of the list. A tool whose scopes are missing is in it, so that one can ask for them.
          await page.getByRole('searchbox', { name: 'Search tools' }).fill('extendTrial');
          await page.getByRole('link', { name: 'Extend free trial' }).waitFor();

          const id = await findAiko();
          await run(page, 'subscriptions_extendTrial', { customerId: id, by: 1, unit: 'days' });
          const dialog = page.getByRole('dialog', { name: 'This needs more rights' });
          await dialog.getByText('backoffice:write').waitFor();
          const opening = page.waitForEvent('popup');
          await dialog.getByRole('button', { name: /^Continue at / }).click();
          // The person is still signed in to the app.
          await answer(await opening, 'Allow');
          await dialog.waitFor({ state: 'detached' });
          await page.getByText(aiko.email).first().waitFor();

          await page.getByRole('link', { name: 'Connect', exact: true }).click();
          const scopes = page.getByText(`Signed in at ${demo.url}`);
          expect(await scopes.innerText()).toContain('backoffice:write');
          // The page shows the tokens nowhere, not even in what it recorded.
          await page.getByRole('link', { name: 'Requests', exact: true }).click();
          expect(await page.locator('body').innerText()).not.toMatch(/eyJ[\w-]{20}/);
          expect(errors).toEqual([]);
          await page.getByRole('button', { name: 'Sign out' }).first().click();
          await page.getByText('The endpoint asks who you are (401).').waitFor();
        });
      },
    );

    it('says what is missing when whoever is asked for more may not give it', async () => {
      await open(async (page, errors) => {
        await page.getByText('The endpoint asks who you are (401).').waitFor();
        // A viewer does not even see the tool, so support sees it and a viewer answers.
        await signIn(page, tokens.support.name);
        await page.getByText('Connected with MCP').waitFor();
        await run(page, 'subscriptions_extendTrial', {
          customerId: await findAiko(),
          by: 1,
          unit: 'days',
        });
        const dialog = page.getByRole('dialog', { name: 'This needs more rights' });
        await dialog.waitFor();
        const login = await page.context().newPage();
        await login.goto(`${demo.url}/login`);
        await login.getByRole('button', { name: tokens.viewer.name }).click();
        await login.getByText(`You are signed in as ${tokens.viewer.name}`).waitFor();
        await login.close();
        const opening = page.waitForEvent('popup');
        await dialog.getByRole('button', { name: /^Continue at / }).click();
        await answer(await opening, 'Allow');
        await dialog.waitFor({ state: 'detached' });
        const told = async () => errors.join('') + (await page.locator('main').innerText());
        await expect.poll(told, { timeout: 15_000 }).toContain('did not give backoffice:write');
      });
    });

    it('stays signed out when the person cancels there, or here', async () => {
      await open(async (page) => {
        await page.getByText('The endpoint asks who you are (401).').waitFor();
        await signIn(page, tokens.support.name, 'Cancel');
        await page.getByText('The sign-in was refused or cancelled there.').waitFor();
        await page.getByRole('radio', { name: 'Me, with OAuth' }).check();
        const opening = page.waitForEvent('popup');
        await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click();
        const popup = await opening;
        await popup.getByText(`You are signed in as ${tokens.support.name}`).waitFor();
        await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click();
        await page.getByText('You cancelled the sign-in.').waitFor();
      });
    });
  });
});
