import type { FastifyInstance } from 'fastify';

/** What a chat network has sent: proved by its signature alone, which is over the bytes as they came. */
export interface ChatDoor {
  receive(
    network: string,
    request: { headers: Readonly<Record<string, string | string[] | undefined>>; body: Buffer },
  ): Promise<{ status: number; headers: Record<string, string>; body: string } | null>;
}

const largestBytes = 1_000_000;

/** Beside the contract, because what is answered is a matter between the network and its driver. */
export function chatDoorRoutes(door: ChatDoor) {
  return (app: FastifyInstance): void => {
    void app.register(async (raw) => {
      raw.removeAllContentTypeParsers();
      const parser = { parseAs: 'buffer' as const, bodyLimit: largestBytes };
      raw.addContentTypeParser('*', parser, (_request, body, ready) => ready(null, body));
      raw.post<{ Params: { network: string } }>(
        '/api/v1/chat/:network/receive',
        async ({ params, headers, body }, reply) => {
          const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
          const answer = await door.receive(params.network, { headers, body: bytes });
          // Another controller may speak there: it should be sent again. So is what no network of ours would get.
          if (answer === null) return reply.status(503).send('Nobody listens here now.');
          return reply.status(answer.status).headers(answer.headers).send(answer.body);
        },
      );
    });
  };
}
