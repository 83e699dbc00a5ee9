import type { ChatNetwork } from '../../src/chat/network.ts';
import { ircNetwork } from '../../src/chat/drivers/irc/irc-network.ts';
import type { IrcSettings } from '../../src/chat/drivers/irc/irc-settings.ts';
import { type CuttableLine, cuttableLine } from './cuttable-line.ts';
import { type IrcPerson, ircPerson } from './irc-person.ts';
import { type IrcServices, ircServices } from './irc-services.ts';
import { type Ngircd, ngircd, type NgircdOptions } from './ngircd.ts';

/** A real ngircd with services, people, and the driver coming to it by a line of its own. */
export interface IrcRig {
  server: Ngircd;
  services: IrcServices;
  line: CuttableLine;
  /** The driver, over TLS, quick to come back. The rig stops it. */
  network(settings?: Partial<IrcSettings>): ChatNetwork;
  /** Logged in where an account is named; each account's password is `secret of` it. */
  person(nick: string, account?: string): Promise<IrcPerson>;
  notes: string[];
  close(): Promise<void>;
}

export const passwordOf = (account: string): string => `secret of ${account}`;

export async function ircRig(options: NgircdOptions = {}): Promise<IrcRig> {
  const server = await ngircd(options);
  const accounts = ['ann', 'bob', 'signalbox'];
  const services = await ircServices(
    server.port,
    Object.fromEntries(accounts.map((account) => [account, passwordOf(account)])),
  );
  const line = await cuttableLine(server.tlsPort);
  const closing: (() => Promise<void>)[] = [];
  const notes: string[] = [];
  return {
    server,
    services,
    line,
    notes,
    network(settings = {}) {
      const network = ircNetwork({
        ...quick,
        ca: server.ca,
        port: line.port,
        note: (words) => notes.push(words),
        ...settings,
      });
      closing.unshift(() => network.stop());
      return network;
    },
    async person(nick, account) {
      const person = await ircPerson(server.port, nick);
      closing.push(() => person.leave());
      if (account !== undefined) await person.login(account, passwordOf(account));
      return person;
    },
    async close() {
      for (const close of closing) await close();
      await line.cut();
      await services.stop();
      await server.stop();
    },
  };
}

const quick = {
  host: 'localhost',
  nick: 'signalbox',
  pace: { burst: 50, lineEveryMs: 5 },
  pauses: { firstMs: 20, mostMs: 100 },
  tendEveryMs: 200,
};
