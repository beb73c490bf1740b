/** Whether a response of Node's is closed. Over HTTP/2, the response itself does not know, but its stream does. */
export function isClosed({
  destroyed,
  stream,
}: {
  destroyed?: boolean;
  stream?: { destroyed: boolean };
}): boolean {
  return stream ? stream.destroyed : destroyed === true;
}
