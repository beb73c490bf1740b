/** A text that may be megabytes. Its beginning is shown. */
export function LongText({ text }: { text: string }) {
  const isLong = text.length > mostShown;
  return (
    <>
      <pre tabIndex={0}>{isLong ? text.slice(0, mostShown) : text}</pre>
      {isLong && (
        <p className="field-hint">
          {(text.length - mostShown).toLocaleString('en')} more characters are not shown.
        </p>
      )}
    </>
  );
}

const mostShown = 100_000;
