import { PlainText } from '../parts/plain-text.tsx';
import { connection } from '../session/connection.ts';
import { listing, type ListName, listingState, loadListing } from '../session/listing.ts';
import { useStore } from '../store.ts';

/** Says that a list is being read, that it could not be, or that nothing is in it. */
export function ListStatus({ name, noun = name }: { name: ListName; noun?: string }) {
  const open = useStore(connection);
  const { reading, errors } = useStore(listingState);
  const entries = useStore(listing)?.[name] ?? [];
  const isReading = open.kind === 'connecting' || (reading.has(name) && entries.length === 0);
  const error = open.kind === 'open' ? errors[name] : undefined;
  return (
    <>
      <p role="status">{isReading && `The ${noun} are being read…`}</p>
      {error !== undefined && (
        <div className="failure">
          <p>
            The {noun} could not be read: <PlainText text={toMessage(error)} />
          </p>
          <button type="button" onClick={() => void loadListing([name])}>
            Read again
          </button>
        </div>
      )}
      {open.kind === 'open' && !isReading && error === undefined && entries.length === 0 && (
        <p>The endpoint lists no {noun} for you.</p>
      )}
    </>
  );
}

/** What an error says. */
export function toMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
