export interface ServerEvent {
  kind: string;
  id: string | null;
  data: unknown;
}

/** The events of a text/event-stream until it ends or is cut. Source: the WHATWG HTML standard, section 9.2. */
export async function* readEvents(response: Response): AsyncGenerator<ServerEvent> {
  let block: string[] = [];
  for await (const line of linesOf(response)) {
    if (line !== '') {
      block.push(line);
      continue;
    }
    const event = eventOf(block);
    block = [];
    if (event) yield event;
  }
}

function eventOf(lines: readonly string[]): ServerEvent | null {
  const values = (name: string): string[] =>
    lines
      .filter((line) => line.startsWith(`${name}:`))
      .map((line) => line.slice(name.length + 1).trim());
  const data = values('data');
  if (data.length === 0) return null;
  return {
    kind: values('event').at(-1) ?? 'message',
    id: values('id').at(-1) ?? null,
    data: JSON.parse(data.join('\n')) as unknown,
  };
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  let rest = '';
  const decoder = new TextDecoder();
  try {
    for await (const chunk of response.body ?? []) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n/);
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch {
    // A cut is told by the missing end of the stream, in whatever way it came about.
  }
}
