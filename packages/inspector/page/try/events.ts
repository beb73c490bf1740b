/** An event of a stream, as it came. */
export interface StreamEvent {
  name: string | undefined;
  id: string | undefined;
  data: string;
}

/** Reads the events of a `text/event-stream`. One that has not ended yet is left out. */
export function readEvents(text: string): StreamEvent[] {
  const blocks = text.replace(/^\uFEFF/, '').split(/\r\n\r\n|\n\n|\r\r/);
  return blocks.slice(0, -1).flatMap((block) => {
    const event: StreamEvent = { name: undefined, id: undefined, data: '' };
    const data: string[] = [];
    for (const line of block.split(/\r\n|\n|\r/)) {
      const [, field, value = ''] = /^([^:]*)(?::\x20?(.*))?$/s.exec(line) ?? [];
      if (field === 'data') data.push(value);
      if (field === 'event') event.name = value;
      if (field === 'id') event.id = value;
    }
    return data.length === 0 ? [] : [{ ...event, data: data.join('\n') }];
  });
}
