import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** A server that says what a test tells it, for what ngircd does not do: SASL, tags, nonsense. */
export interface ScriptedServer {
  port: number;
  /** Everything that was ever said to it. */
  lines: string[];
  /** To whoever is connected now. */
  send(line: string | Buffer): void;
  arrivals(): number;
  hangUp(): void;
  close(): Promise<void>;
}

export interface Script {
  /** What it offers; none: it knows no CAP. */
  caps?: string;
  saslPassword?: string;
  /** Who has said more since they came than this allows is thrown out. */
  endures?: { burst: number; lineEveryMs: number };
}

export async function scriptedServer({
  caps,
  saslPassword,
  endures,
}: Script = {}): Promise<ScriptedServer> {
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  let arrivals = 0;
  let latest: Socket | null = null;
  const server = createServer((socket) => {
    arrivals += 1;
    latest = socket;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    const since = performance.now();
    let taken = 0;
    const say = (line: string): void => void socket.write(`${line}\r\n`);
    createInterface({ input: socket })
      .on('line', (line) => {
        lines.push(line);
        taken += 1;
        const { burst = Infinity, lineEveryMs = 1 } = endures ?? {};
        if (taken > burst + (performance.now() - since) / lineEveryMs) {
          return void socket.end('ERROR :Excess Flood\r\n');
        }
        answer(line, say, { caps, saslPassword });
      })
      .on('error', () => undefined);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    lines,
    send: (line) => void latest?.write(typeof line === 'string' ? `${line}\r\n` : line),
    arrivals: () => arrivals,
    hangUp: () => latest?.destroy(),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

type Answered = { caps: string | undefined; saslPassword: string | undefined };

function answer(line: string, say: (line: string) => void, { caps, saslPassword }: Answered): void {
  const [command, ...rest] = line.split(' ');
  const welcome = (): void => {
    for (const words of ['001 signalbox :Welcome', '376 signalbox :End'])
      say(`:fake.test ${words}`);
  };
  if (command === 'CAP' && rest[0] === 'LS' && caps) say(`:fake.test CAP * LS :${caps}`);
  if (command === 'CAP' && rest[0] === 'REQ')
    say(`:fake.test CAP * ACK ${rest.slice(1).join(' ')}`);
  if (command === 'CAP' && rest[0] === 'END') welcome();
  if (command === 'USER' && !caps) welcome();
  if (command === 'AUTHENTICATE' && rest[0] === 'PLAIN') say('AUTHENTICATE +');
  else if (command === 'AUTHENTICATE') {
    const [, , password] = Buffer.from(rest[0] ?? '', 'base64')
      .toString()
      .split('\0');
    const isRight = password === saslPassword;
    say(
      isRight
        ? ':fake.test 903 signalbox :in'
        : ':fake.test 904 signalbox :SASL authentication failed',
    );
  }
  if (command === 'JOIN') say(`:signalbox!s@host JOIN ${rest[0]}`);
  if (command === 'PING') say(`:fake.test PONG fake.test :${rest[0]?.replace(/^:/, '')}`);
}
