interface Caller {
  url: string;
  token: string;
  signal: AbortSignal;
}

/** Asks the API as whoever has a token. Throws with what it refused. */
export type DemoCall = <T>(method: string, path: string, body?: object) => Promise<T>;

export const demoCall =
  ({ url, token, signal }: Caller): DemoCall =>
  async <T>(method: string, path: string, body?: object): Promise<T> => {
    const reply = await fetch(`${url}${path}`, {
      method,
      signal,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body ? { 'content-type': 'application/json' } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await reply.text();
    if (!reply.ok) throw new Error(`${method} ${path} answered ${reply.status}: ${text}`);
    return JSON.parse(text) as T;
  };
