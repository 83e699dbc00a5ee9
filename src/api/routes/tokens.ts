import { SignalboxError } from '../../kernel/signalbox-error.ts';
import { people } from '../../people/person.ts';
import type { Handlers } from '../handlers.ts';
import { createToken, listTokens, revokeToken } from '../tables.ts';
import type { ApiWorld } from './api-world.ts';

type Names = 'listTokens' | 'createToken' | 'revokeToken' | 'whoAmI';

export function tokenHandlers({ db }: ApiWorld): Pick<Handlers, Names> {
  return {
    listTokens: async () => ({ tokens: await listTokens(db) }),

    createToken: ({ name, role, person }) => createToken(db, { name, role, person }),

    async revokeToken({ token: id }) {
      const revoked = await revokeToken(db, id);
      if (!revoked) throw unknown(id);
      return { text: `The token "${revoked.name}" opens nothing any more.` };
    },

    async whoAmI(_input, { actor: { id, name, role, token = name } }) {
      if (role === 'public') throw new Error('a caller without a token was let in');
      const person = await people.byToken(db, id);
      return { id, name: token, role, ...(person ? { person } : {}) };
    },
  };
}

const unknown = (id: string): SignalboxError =>
  new SignalboxError({
    code: 'token/unknown',
    what: `There is no token ${id}.`,
    fix: ['signalbox token list'],
  });
