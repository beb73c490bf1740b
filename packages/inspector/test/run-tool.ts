import type { Locator, Page } from 'playwright-core';

/** Opens a tool in the inspector, runs it, and gives the region that shows its result. */
export async function runTool(
  page: Page,
  url: string,
  name: string,
  args?: Record<string, unknown>,
): Promise<Locator> {
  const text = JSON.stringify(args ?? {});
  await page.goto(
    `${url}#/tools/${encodeURIComponent(name)}${args ? `?${new URLSearchParams({ args: text }).toString()}` : ''}`,
  );
  const form = page.getByRole('region', { name: `Try ${name}` });
  await form.waitFor();
  const json = form.getByRole('textbox', { name: 'Arguments', exact: true });
  if (args && (await json.isVisible())) await json.fill(text);
  await form.getByRole('button', { name: 'Run', exact: true }).click();
  const result = page.getByRole('region', { name: 'Result', exact: true });
  await result.waitFor();
  return result;
}
