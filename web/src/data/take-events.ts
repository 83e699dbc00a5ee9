/** One event of a stream. */
export interface ServerEvent {
  id: string | null;
  /** `message` where nothing else is said. */
  event: string;
  data: string;
}

/** Puts events together from pieces of text, as https://html.spec.whatwg.org/multipage/server-sent-events.html has them. */
export function takeEvents(take: (event: ServerEvent) => void): (piece: string) => void {
  let rest = '';
  return (piece) => {
    const blocks = (rest + piece).split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const event = eventOf(block);
      if (event) take(event);
    }
  };
}

function eventOf(block: string): ServerEvent | null {
  const event: ServerEvent = { id: null, event: 'message', data: '' };
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    // A comment: only a sign of life.
    if (colon === 0) continue;
    const [field, value] =
      colon < 0 ? [line, ''] : [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
    if (field === 'data') data.push(value);
    if (field === 'id') event.id = value;
    if (field === 'event') event.event = value;
  }
  return data.length > 0 ? { ...event, data: data.join('\n') } : null;
}
