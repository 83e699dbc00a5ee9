import { inTransaction } from '../db/pool.ts';
import { publish } from '../events/publish.ts';
import { personAccounts } from './account-tables.ts';
import { unknownPerson } from './find-person.ts';
import { people, type ChatAccount, type PeopleWorld } from './person.ts';

/**
 * What is said by these accounts is not theirs any more; the answer is which they were. `account` null: all they have on
 * the network. Repeatable. Refuses with `person/unknown`.
 */
export async function unlinkAccount(
  { db }: Pick<PeopleWorld, 'db'>,
  name: string,
  of: { network: string; account: string | null },
): Promise<ChatAccount[]> {
  return inTransaction(db, async (tx) => {
    const person = await people.lock(tx, name);
    if (!person) throw unknownPerson(name);
    const gone = await personAccounts.drop(tx, person.id, of);
    for (const { network, account } of gone) {
      await publish(tx, {
        kind: 'account-unlinked',
        text: `${account} on ${network} is not ${name} any more.`,
        data: { person: name, network, account },
      });
    }
    return gone;
  });
}
