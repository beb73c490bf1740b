/** An event of a stream. */
export interface SentEvent {
  id: string | undefined;
  /** `undefined` for an event without data, which only brings its id. */
  message: Message | undefined;
}

export interface Message {
  id?: number;
  method?: string;
  params?: { progress?: number };
  result?: { structuredContent?: unknown };
  error?: unknown;
}

/** Reads the events of a response, until it ends. */
export async function* readEvents(response: Response): AsyncGenerator<SentEvent, void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body!) {
    const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => line.split(/: ?(.*)/s) as [string, string]));
      const data = fields.get('data');
      // Comments keep a connection alive.
      if (data === undefined) continue;
      yield { id: fields.get('id'), message: data === '' ? undefined : (JSON.parse(data) as Message) };
    }
  }
}
