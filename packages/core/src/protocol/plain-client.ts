import type { ClientCapabilities, Implementation } from '@modelcontextprotocol/server';
import { isDeeper } from '../call/json-text.ts';
import { isRecord } from '../record.ts';

// What clients say of themselves with each request, as popular clients say it. The schemas of the SDK take all of it too, and
// more: those requests are left to the SDK.

/** Whether this is a name and a version, and what is shown of a client. */
export function isPlainImplementation(client: unknown): client is Implementation {
  if (!isRecord(client) || typeof client['name'] !== 'string' || typeof client['version'] !== 'string')
    return false;
  for (const key in client) {
    if (key === 'icons' ? !isListOf(client[key], isIcon) : typeof client[key] !== 'string') return false;
    if (!implementationKeys.has(key)) return false;
  }
  return true;
}

/** Whether these are capabilities that clients declare today, in the form that the specification gives them. */
export function isPlainCapabilities(capabilities: unknown): capabilities is ClientCapabilities {
  if (!isRecord(capabilities)) return false;
  let isEmpty = true;
  for (const key in capabilities) {
    if (!Object.hasOwn(capabilityChecks, key)) return false;
    const value = capabilities[key];
    if (!isRecord(value) || !capabilityChecks[key as keyof typeof capabilityChecks](value)) return false;
    isEmpty = false;
  }
  return isEmpty || !isDeeper(capabilities, mostLevels);
}

const implementationKeys = new Set(['name', 'title', 'version', 'websiteUrl', 'description', 'icons']);

const capabilityChecks = {
  experimental: hasRecords,
  extensions: hasRecords,
  sampling: hasRecords,
  roots: hasFlags,
  elicitation: (value: object) => hasRecords(value) && Object.values(value).every(hasFlags),
};

const mostLevels = 8;

function isIcon(icon: unknown): boolean {
  if (!isRecord(icon) || typeof icon['src'] !== 'string') return false;
  for (const key in icon) {
    const value = icon[key];
    if (key === 'sizes' ? !isListOf(value, isText) : !isIconText(key, value)) return false;
  }
  return true;
}

function isIconText(key: string, value: unknown): boolean {
  if (key === 'theme') return value === 'light' || value === 'dark';
  return (key === 'src' || key === 'mimeType') && isText(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every((item) => isItem(item));
}

function hasRecords(value: object): boolean {
  return Object.values(value).every(isRecord);
}

function hasFlags(value: object): boolean {
  return Object.values(value).every((flag) => typeof flag === 'boolean');
}
