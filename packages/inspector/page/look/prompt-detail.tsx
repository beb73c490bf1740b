import type { GetPromptResult, Prompt } from '@modelcontextprotocol/client';
import { useState } from 'react';
import { JsonText } from '../parts/json-text.tsx';
import { PlainText, ShortText } from '../parts/plain-text.tsx';
import { attempt } from '../session/connection.ts';
import { CompletionField } from './completion-field.tsx';
import { Contents } from './contents.tsx';
import { toMessage } from './list-status.tsx';

/** A prompt: a field for each argument, and the messages that it makes of them. */
export function PromptDetail({ prompt }: { prompt: Prompt }) {
  const { name, title, description, arguments: fields = [] } = prompt;
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  const [result, setResult] = useState<GetPromptResult>();
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const get = async () => {
    setBusy(true);
    setError(undefined);
    try {
      // An optional argument that is empty was left out.
      const given = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== ''));
      setResult(await attempt((client) => client.getPrompt({ name, arguments: given })));
    } catch (thrown) {
      setResult(undefined);
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  return (
    <article aria-labelledby="prompt">
      <h2 id="prompt">
        <ShortText text={title ?? name} most={200} />
      </h2>
      <p className="identifier">
        <code>
          <PlainText text={name} most={200} />
        </code>
      </p>
      {description !== undefined && (
        <p className="description">
          <PlainText text={description} />
        </p>
      )}
      <form
        className="fields"
        onSubmit={(event) => {
          event.preventDefault();
          void get();
        }}
      >
        {fields.map((field) => (
          <CompletionField
            key={field.name}
            label={field.name}
            hint={field.description}
            isRequired={field.required === true}
            reference={{ type: 'ref/prompt', name }}
            argument={field.name}
            values={values}
            onChange={(value) => setValues((all) => ({ ...all, [field.name]: value }))}
          />
        ))}
        <button type="submit" className="primary" disabled={isBusy}>
          Get the prompt
        </button>
      </form>
      <p role="status">{isBusy ? 'The endpoint is being asked…' : ''}</p>
      {error !== undefined && (
        <p role="alert" className="failure">
          The prompt could not be got: <PlainText text={toMessage(error)} />
        </p>
      )}
      {result && <Messages result={result} />}
    </article>
  );
}

function Messages({ result: { description, messages } }: { result: GetPromptResult }) {
  return (
    <>
      <h3>Messages</h3>
      {description !== undefined && (
        <p className="faint">
          <PlainText text={description} />
        </p>
      )}
      <ol className="messages">
        {messages.map(({ role, content }, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- messages have no name
          <li key={index} className={role}>
            <strong>{role === 'user' ? 'User' : 'Assistant'}</strong>
            <MessageContent content={content} />
          </li>
        ))}
      </ol>
    </>
  );
}

function MessageContent({ content }: { content: GetPromptResult['messages'][number]['content'] }) {
  switch (content.type) {
    case 'text':
      return (
        <p>
          <PlainText text={content.text} most={10_000} />
        </p>
      );
    case 'image':
    case 'audio':
      return (
        <Contents contents={{ uri: content.type, blob: content.data, mimeType: content.mimeType }} isOwn />
      );
    case 'resource':
      return <Contents contents={content.resource} isOwn={false} />;
    default:
      return <JsonText value={content} label="Content" />;
  }
}
