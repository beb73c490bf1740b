/** What an error says, and what the errors say that it was made of: databases tell the reason in the last one. */
export function wordsOf(thrown: unknown): string {
  const words: string[] = [];
  let at = thrown;
  for (let depth = 0; depth < 5 && at instanceof Error; depth++) {
    const { message } = at;
    if (message !== '' && !words.some((each) => each.includes(message))) words.push(message);
    at = at.cause;
  }
  return words.length > 0 ? words.join(': ') : String(thrown);
}
