import { connection } from '../session/connection.ts';
import { listing, type ListName, listingState } from '../session/listing.ts';
import { useStore } from '../store.ts';

/** Says that a list is being read, or that nothing is in it. Why it could not be read stands above every view. */
export function ListStatus({ name, noun = name }: { name: ListName; noun?: string }) {
  const open = useStore(connection);
  const { reading, errors } = useStore(listingState);
  const entries = useStore(listing)?.[name] ?? [];
  const isReading = open.kind === 'connecting' || (reading.has(name) && entries.length === 0);
  return (
    <>
      <p role="status">{isReading && `The ${noun} are being read…`}</p>
      {open.kind === 'open' && !isReading && errors[name] === undefined && entries.length === 0 && (
        <p>The endpoint lists no {noun} for you.</p>
      )}
    </>
  );
}

/** What an error says. */
export function toMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
