import type { Session } from '../contract/session.ts';
import type { Context, Handlers } from '../handlers.ts';
import type { SessionDesk, SignedIn } from '../session-desk.ts';

export function sessionHandlers(): Pick<Handlers, 'openSession' | 'getSession' | 'closeSession'> {
  return {
    openSession: async ({ token }, context) => shown(await deskOf(context).open(token)),
    async getSession(_input, context) {
      const signedIn = await deskOf(context).current();
      return { session: signedIn && shown(signedIn) };
    },
    async closeSession(_input, context) {
      const closed = await deskOf(context).close();
      return { text: closed ? 'You are signed out.' : 'Nobody was signed in.' };
    },
  };
}

function deskOf({ desk }: Context): SessionDesk {
  if (!desk) throw new Error('this server keeps no sessions');
  return desk;
}

function shown({ actor: { name, role, token }, proof }: SignedIn): Session {
  if (role === 'public') throw new Error('nobody was let in as somebody');
  return { name, role, token: token ?? null, proof };
}
