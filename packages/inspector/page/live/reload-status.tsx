import { useStore } from '../store.ts';
import { lastReload } from './changes.ts';
import { toClock } from './clock.ts';

/** Says politely that lists have changed and were read again. Empty until then, so that screen readers notice. */
export function ReloadStatus() {
  const reload = useStore(lastReload);
  return (
    <p role="status" className="reload-status">
      {reload && `${toSentence(reload.names)} changed, and was read again at ${toClock(reload.at)}.`}
    </p>
  );
}

function toSentence(names: readonly string[]): string {
  const words = names.filter((name) => name !== 'templates');
  return `The list of ${words.join(' and ')}`;
}
