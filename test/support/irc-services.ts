import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { linkPassword } from './ngircd.ts';

/** Services as networks have them: a server that is linked to ngircd and knows accounts and passwords. */
export interface IrcServices {
  /** Who asked to be logged in, with which account. */
  asked: { nick: string; account: string }[];
  /** The nick is not logged in any more; the server tells nobody. */
  logOut(nick: string): void;
  stop(): Promise<void>;
}

/** What of ngircd's server protocol (RFC 2813 with its IRC+ METADATA) is needed to say who is logged in. */
export async function ircServices(
  port: number,
  passwords: Readonly<Record<string, string>>,
): Promise<IrcServices> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.on('error', () => undefined);
  const name = 'services.test';
  const send = (line: string): void => void socket.write(`${line}\r\n`);
  const from = (who: string, line: string): void => send(`:${who} ${line}`);
  const asked: { nick: string; account: string }[] = [];
  let isLinked = false;

  const take = (line: string): void => {
    if (/^(:\S+ )?PING/.test(line)) {
      from(name, `PONG ${name}`);
      isLinked = true;
    }
    const [, nick, account, password] =
      /^:(\S+) PRIVMSG NickServ :?IDENTIFY (\S+) (.+)$/i.exec(line) ?? [];
    if (nick === undefined || account === undefined) return;
    asked.push({ nick, account });
    if (passwords[account] !== password) return from('NickServ', `NOTICE ${nick} :Wrong password.`);
    from(name, `METADATA ${nick} accountname :${account}`);
    from('NickServ', `NOTICE ${nick} :You are logged in as ${account}`);
  };
  createInterface({ input: socket })
    .on('line', take)
    .on('error', () => undefined);
  send(`PASS ${linkPassword} 0210-IRC+ test|1:CLMSX`);
  send(`SERVER ${name} 1 :services of a test`);
  while (!isLinked) await pause(10);
  from(name, `NICK NickServ 1 services ${name} 1 +o :logs people in`);
  return {
    asked,
    logOut: (nick) => from(name, `METADATA ${nick} accountname :`),
    async stop() {
      if (socket.destroyed) return;
      socket.destroy();
      await once(socket, 'close');
    },
  };
}
