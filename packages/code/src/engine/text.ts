import type { JSValueHandle } from 'quickjs-wasi';
import { Stop } from './stop.ts';

/** Reads a text of the sandbox; empty for anything else. Throws a `Stop` if the sandbox has no memory left to give it. */
export function readText(handle: JSValueHandle): string {
  if (!handle.isString) return '';
  const text = handle.toString();
  if (text !== lost) return text;
  const length = handle.getProp('length');
  const isLost = length.toNumber() !== lost.length;
  length.dispose();
  if (isLost) throw new Stop('memory');
  return text;
}

/** What the engine gives in place of a text for which it has no memory. */
const lost = '<null>';
