import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

/** Somebody with an IRC client: one plain connection, every line kept. */
export interface IrcPerson {
  nick: string;
  lines: string[];
  send(line: string): void;
  /** The server has done all that was sent before. */
  settled(): Promise<void>;
  join(room: string): Promise<void>;
  /** The server has taken it when it resolves. */
  say(target: string, text: string): Promise<void>;
  /** Services know them by this account afterwards. */
  login(account: string, password: string): Promise<void>;
  /** Until a line fits; looks at those that came already, too. */
  sees(pattern: RegExp): Promise<string>;
  leave(): Promise<void>;
}

export async function ircPerson(port: number, nick: string, user = nick): Promise<IrcPerson> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const lines: string[] = [];
  read(socket, (line) => {
    if (line.startsWith('PING ')) socket.write(`PONG ${line.slice(5)}\r\n`);
    else lines.push(line);
  });
  let pings = 0;
  const self: IrcPerson = {
    nick,
    lines,
    send: (line) => void socket.write(`${line}\r\n`),
    async settled() {
      pings += 1;
      self.send(`PING :${nick}-${pings}`);
      await self.sees(new RegExp(`PONG .*${nick}-${pings}$`));
    },
    async join(room) {
      self.send(`JOIN ${room}`);
      await self.sees(new RegExp(` 366 .*${room} `));
    },
    async say(target, text) {
      self.send(`PRIVMSG ${target} :${text}`);
      await self.settled();
    },
    async login(account, password) {
      self.send(`PRIVMSG NickServ :IDENTIFY ${account} ${password}`);
      await self.sees(new RegExp(`NOTICE .*logged in as ${account}$`));
    },
    async sees(pattern) {
      for (let looks = 0; looks < 5_000; looks += 1) {
        const line = lines.find((one) => pattern.test(one));
        if (line !== undefined) return line;
        await pause(20);
      }
      throw new Error(`${nick} never saw ${pattern.source}; last: ${lines.slice(-5).join(' ⏎ ')}`);
    },
    async leave() {
      if (socket.destroyed) return;
      socket.destroy();
      await once(socket, 'close');
    },
  };
  self.send(`NICK ${nick}\r\nUSER ${user} 0 * :${nick}`);
  await self.sees(/ 376 | 422 /);
  return self;
}

function read(socket: Socket, take: (line: string) => void): void {
  createInterface({ input: socket })
    .on('line', take)
    .on('error', () => undefined);
  socket.on('error', () => undefined);
}
