/** Which model answers in the chat. */
export type ModelSettings = { kind: 'scripted' } | EndpointSettings;

/** A model behind an endpoint that speaks the Chat Completions API of OpenAI, as most servers of models do. */
export interface EndpointSettings {
  kind: 'endpoint';
  /** Such as `http://127.0.0.1:11434/v1`. `/chat/completions` is added to it. */
  url: string;
  model: string;
  key: string | undefined;
}

/** Reads the environment. Without `CHAT_MODEL_URL`, a script answers. Throws if a model is named only in part. */
export function readModelSettings(environment: Record<string, string | undefined>): ModelSettings {
  const { CHAT_MODEL_URL: url, CHAT_MODEL: model, CHAT_MODEL_KEY: key } = environment;
  if (!url) {
    if (!model && !key) return { kind: 'scripted' };
    const given = model ? 'CHAT_MODEL' : 'CHAT_MODEL_KEY';
    throw new Error(
      `${given} is set, but CHAT_MODEL_URL is not. Set it to the address of an OpenAI-compatible endpoint, such as ` +
        'http://127.0.0.1:11434/v1.',
    );
  }
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new Error(`CHAT_MODEL_URL is "${url}". It has to be a URL such as http://127.0.0.1:11434/v1.`);
  }
  if (!model)
    throw new Error('CHAT_MODEL_URL is set, so set CHAT_MODEL to the name of a model there as well.');
  return { kind: 'endpoint', url, model, key: key || undefined };
}
