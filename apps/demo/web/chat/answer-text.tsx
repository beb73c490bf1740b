import { Markdown } from 'markdown-to-jsx/react';
import type { ReactNode } from 'react';

/**
 * The text of an answer, which models write in Markdown. HTML in it stays text, because a model repeats what it has read:
 * a customer may be called `<img src=x onerror=…>`. Pictures are not loaded, because their addresses can carry away
 * what the model knows.
 */
export function AnswerText({ text }: { text: string }) {
  return (
    <div className="answer">
      <Markdown options={options}>{text}</Markdown>
    </div>
  );
}

const options = {
  disableParsingRawHTML: true,
  forceBlock: true,
  overrides: {
    img: ({ alt }: { alt?: string }) => <>{alt}</>,
    a: { props: { target: '_blank', rel: 'noopener noreferrer' } },
    // The page has headings of its own, so those of an answer are only bold.
    ...Object.fromEntries(['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map((tag) => [tag, Heading])),
  },
};

function Heading({ children }: { children?: ReactNode }) {
  return (
    <p>
      <strong>{children}</strong>
    </p>
  );
}
