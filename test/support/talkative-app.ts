import { sampleApp, type SampleApp } from './sample-app.ts';

/** Prints what visitors ask for: `/say?text=…`, `/count?lines=…` (numbered on from the last one); `/word` answers a file. */
export const talkativeApp = (name: string): Promise<SampleApp> =>
  sampleApp(name, {
    'signalbox.yaml': `app: ${name}
services:
  web: { run: node server.js }
  worker: { run: node worker.js, stop: 1s }
`,
    'server.js': `const { readFileSync } = require('node:fs');
let number = 0;
const count = (lines) => {
  let text = '';
  for (let at = 0; at < lines; at += 1) {
    number += 1;
    text += 'number ' + number + (number % 1000 === 0 ? ' Milestone reached' : ' GET /products/' + number + ' 200 in 12 ms, of a customer like all the others') + '\\n';
  }
  return text;
};
const server = require('node:http').createServer((request, reply) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  if (pathname === '/say') process.stdout.write(searchParams.get('text') + '\\n');
  if (pathname === '/count') process.stdout.write(count(Number(searchParams.get('lines'))));
  try {
    reply.end(pathname === '/word' ? readFileSync('word.txt') : 'said');
  } catch {
    reply.end('no word');
  }
});
server.listen(process.env.PORT);
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`,
    'worker.js': `console.log('the worker is at work');
setInterval(() => {}, 1000);
process.on('SIGTERM', () => process.exit(0));
`,
  });
