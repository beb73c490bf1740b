import { useSyncExternalStore } from 'react';

/** Whether the browser has a dark theme. A canvas does not follow it by itself. */
export function useDarkTheme(): boolean {
  return useSyncExternalStore(onThemeChange, () => darkTheme.matches);
}

const darkTheme = matchMedia('(prefers-color-scheme: dark)');

function onThemeChange(listener: () => void): () => void {
  darkTheme.addEventListener('change', listener);
  return () => darkTheme.removeEventListener('change', listener);
}
