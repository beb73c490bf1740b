import type { Page } from 'playwright-core';

/** The revisions of MCP that the page speaks. */
export const eras = ['2026', '2025'] as const;

/** Opens the page and has it speak a revision. */
export async function openIn(era: (typeof eras)[number], page: Page, url: string): Promise<void> {
  await page.goto(url);
  if (era === '2025') await page.getByRole('combobox', { name: 'MCP' }).selectOption(era);
}
