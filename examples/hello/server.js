import { createServer } from 'node:http';

const { PORT = '3000', HOST = '127.0.0.1' } = process.env;
const { SIGNALBOX_ENVIRONMENT = 'nowhere', SIGNALBOX_COMMIT = 'none' } = process.env;

const server = createServer((request, response) => {
  response.setHeader('content-type', 'text/plain; charset=utf-8');
  // A connection that stayed open after the server closed would keep the program from ending.
  if (!server.listening) response.setHeader('connection', 'close');
  response.end(`Hello from ${SIGNALBOX_ENVIRONMENT}, commit ${SIGNALBOX_COMMIT.slice(0, 12)}.\n`);
});

// Longer than whatever stands in front keeps idle connections, so it never writes into one that just closed.
server.keepAliveTimeout = 75_000;
server.listen(Number(PORT), HOST, () => console.log(`hello listens on ${HOST}:${PORT}`));

// What is being answered is answered; nothing new is taken.
process.once('SIGTERM', () => server.close());
