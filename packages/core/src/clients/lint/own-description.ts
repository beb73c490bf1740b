/** What the author of a tool says of it. */
export interface OwnDescription {
  /** Without what this package adds. */
  text: string;
  /** Whether this package made it up, because nobody wrote one. */
  isMadeUp: boolean;
}

/** What `catalog/description.ts` and `catalog/paging.ts` add. */
const added = [
  /^Needs the scopes: [^\n]*\.$/,
  /^It collects at most [\d.]+ items, for at most [\d.]+ seconds\.$/,
  /^If a result has a nextCursor, pass it as \S+ to get the next page\.$/,
  /^It returns one page: pass its \S+ as \S+ to get the next one\.$/,
];

const madeUp =
  /^Calls the (query|mutation|subscription) "[^"\n]*" of this app\. (It reads data and changes nothing|It may change data|It waits for what happens and tells it)\./;

/** Reads what the author wrote in a description. */
export function readDescription(description = ''): OwnDescription {
  const paragraphs = description.split(/\n\n+/).map((each) => each.trim());
  const text = paragraphs.filter((each) => !added.some((pattern) => pattern.test(each))).join('\n\n');
  return { text, isMadeUp: madeUp.test(text) };
}
