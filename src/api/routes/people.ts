import { addPerson } from '../../people/add-person.ts';
import { addEmail, joinTeam, leaveTeam, removeEmail, setRole } from '../../people/change-person.ts';
import { findPerson } from '../../people/find-person.ts';
import { makeCode } from '../../people/make-code.ts';
import { people, type ChatAccount } from '../../people/person.ts';
import { removePerson } from '../../people/remove-person.ts';
import { unlinkAccount } from '../../people/unlink-account.ts';
import { SignalboxError } from '../../kernel/signalbox-error.ts';
import type { Actor, Handlers } from '../handlers.ts';
import type { ApiWorld } from './api-world.ts';

type Known = 'listPeople' | 'addPerson' | 'getPerson' | 'setPerson' | 'removePerson';
type Marks = 'addEmail' | 'removeEmail' | 'joinTeam' | 'leaveTeam';
type Accounts = 'makeCode' | 'makeMyCode' | 'unlinkAccount' | 'unlinkMyAccount';

export function peopleHandlers(world: ApiWorld): Pick<Handlers, Known | Marks | Accounts> {
  return { ...known(world), ...marks(world), ...accounts(world) };
}

function known(world: ApiWorld): Pick<Handlers, Known> {
  const { db } = world;
  return {
    async listPeople({ removed = false }) {
      const all = await people.all(db);
      return { people: all.filter(({ removedAt }) => removed || removedAt === null) };
    },
    addPerson: ({ name, role, emails = [], teams = [] }, { actor }) =>
      addPerson(world, { name, role, emails, teams, by: actor.name }),
    getPerson: ({ person }) => findPerson(db, person),
    setPerson: ({ person, role }) => setRole(world, person, role),
    async removePerson({ person }) {
      await removePerson(world, person);
      return { text: `${person} is gone: tokens, addresses and chat accounts too.` };
    },
  };
}

function marks(world: ApiWorld): Pick<Handlers, Marks> {
  return {
    addEmail: ({ person, email }, { actor }) => addEmail(world, person, { email, by: actor.name }),
    removeEmail: ({ person, email }) => removeEmail(world, person, email),
    joinTeam: ({ person, team }) => joinTeam(world, person, team),
    leaveTeam: ({ person, team }) => leaveTeam(world, person, team),
  };
}

function accounts(world: ApiWorld): Pick<Handlers, Accounts> {
  const code = async (person: string) => {
    const made = await makeCode(world, person);
    return { ...made, say: `!verify ${made.code}` };
  };
  const unlink = async (person: string, of: { network: string; account?: string | undefined }) => {
    const { network, account = null } = of;
    const gone = await unlinkAccount(world, person, { network, account });
    return { text: unlinkWords(person, network, gone) };
  };
  return {
    makeCode: ({ person }) => code(person),
    makeMyCode: (_input, { actor }) => code(personOf(actor)),
    unlinkAccount: ({ person, ...of }) => unlink(person, of),
    unlinkMyAccount: (of, { actor }) => unlink(personOf(actor), of),
  };
}

function unlinkWords(person: string, network: string, gone: readonly ChatAccount[]): string {
  if (gone.length === 0) return `${person} has no such account on ${network}.`;
  const names = gone.map(({ account }) => account).join(', ');
  return `${names} on ${network} ${gone.length === 1 ? 'is' : 'are'} not ${person} any more.`;
}

function personOf({ name, token }: Actor): string {
  if (token !== undefined) return name;
  throw new SignalboxError({
    code: 'person/nobody',
    what: `The token "${name}" is nobody's, so there is nobody to link an account to.`,
    fix: [
      'Ask an admin for a token of yours: signalbox token create NAME --person YOU',
      'Admins can name somebody: signalbox person link --person NAME',
    ],
  });
}
