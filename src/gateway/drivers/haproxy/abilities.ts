import type { Abilities } from '../../gateway.ts';
import type { Route } from '../../route.ts';

/** What HAProxy cannot do that the embedded gateway can, and how to have it all the same. */
export const abilities: Abilities = {
  mirror: false,
  cannot: [
    'Send copies of requests to a version nobody sees. To have it, run an embedded gateway with "signalbox gateway" and make it the instance of the share that is to be mirrored.',
    'Let an answer go on in which an instance says nothing for a minute. Let it say something twice a minute, or use a WebSocket, which may be silent for an hour.',
    'Cut off a request without an answer: at the limit of a drain whoever has no answer yet gets a page with status 502.',
    'Follow a name: the addresses of instances are looked up once, when a route is set. Set it again, or give addresses.',
    'Write an access log. The embedded gateway does.',
  ],
};

/** Why a route cannot be had, and what can be done; null: it can. */
export function impossible({ target }: Route): { what: string; instead: string } | null {
  if (target.kind !== 'versions' || target.mirror === null) return null;
  return {
    what: 'A mirror needs a gateway that can send a request twice.',
    instead:
      'Let an embedded gateway (signalbox gateway) stand behind HAProxy for that share, or set no mirror.',
  };
}
