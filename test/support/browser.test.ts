import { deepEqual, equal, match, rejects, throws } from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { after, before, describe, test, type TestContext } from 'node:test';
import { axe, narrow, noBrowser, openBrowser, signIn, type TestBrowser } from './browser.ts';
import { eventually } from './signalbox.ts';

const page = (body: string): string =>
  `<!doctype html><html lang="en"><head><title>Trial</title><link rel="icon" href="data:," /></head>
  <body><main><h1>Trial</h1>${body}</main></body></html>`;

const pages: Record<string, string> = {
  '/good': page('<p>All is well.</p>'),
  '/unnamed': page('<button></button>'),
  '/noisy': page('<script src="/noise.js"></script>'),
  '/noise.js': "console.error('oh'); setTimeout(() => { throw new Error('ah'); });",
  '/missing': page('<script src="/nowhere.js"></script>'),
  '/inline': page('<script>document.title = "changed"</script>'),
  '/wide': page('<p class="long" style="width: 600px">Too long</p>'),
  '/boxed': page(
    '<div style="overflow-x: auto" tabindex="0"><p style="width: 600px">Long</p></div>',
  ),
  '/theme': page('<script src="/theme.js"></script>'),
  '/theme.js': "document.title = matchMedia('(prefers-color-scheme: dark)').matches",
};

describe('the browser of tests', { skip: noBrowser }, () => {
  let browser: TestBrowser;
  let server: Server;
  let url = '';

  before(async () => {
    browser = await openBrowser();
    server = createServer((request, reply) => {
      const text = pages[request.url ?? ''];
      if (request.url === '/api/v1/session') {
        reply.setHeader('set-cookie', 'trial=yes; HttpOnly; SameSite=Strict; Path=/');
        reply.end('{}');
      } else if (request.url === '/who') reply.end(page(`<p>${request.headers.cookie}</p>`));
      else {
        const type = request.url?.endsWith('.js') ? 'text/javascript' : 'text/html';
        reply.writeHead(text === undefined ? 404 : 200, {
          'content-type': type,
          // Stricter than the dashboard's: what tests look with must pass it.
          'content-security-policy':
            "default-src 'none'; script-src 'self'; img-src data:; style-src 'unsafe-inline'",
        });
        reply.end(text);
      }
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    url = `http://127.0.0.1:${address !== null && typeof address === 'object' ? address.port : 0}`;
  });

  after(async () => {
    await browser.end();
    server.close();
  });

  test('has nothing against a good page', async (t) => {
    const good = await browser.page(t);
    await good.goto(`${url}/good`);
    deepEqual(await axe(good), []);
    deepEqual(await narrow(good), []);
    browser.clean();
  });

  test('finds what people with a screen reader would miss', async (t) => {
    const unnamed = await browser.page(t);
    await unnamed.goto(`${url}/unnamed`);
    const violations = await axe(unnamed);
    equal(violations.length, 1);
    match(violations[0] ?? '', /^button-name: .*: button$/);
  });

  for (const [path, what] of [
    ['/noisy', /oh/],
    ['/noisy', /ah/],
    ['/missing', /404/],
    ['/inline', /Content Security Policy/],
  ] as const) {
    test(`fails a test whose page ${path} complains: ${what.source}`, async () => {
      const trial = trialTest();
      const noisy = await browser.page(trial.test);
      await noisy.goto(`${url}${path}`);
      await eventually('it has complained', () => complains(browser, what));
      await rejects(trial.end(), what);
      browser.clean();
    });
  }

  test('takes a complaint that was announced', async (t) => {
    const missing = await browser.page(t, { mayComplain: /404/ });
    await missing.goto(`${url}/missing`);
    browser.clean();
  });

  test('names what sticks out on a phone', async (t) => {
    const wide = await browser.page(t);
    await wide.goto(`${url}/wide`);
    const [first = '', ...more] = await narrow(wide);
    match(first, /^p\.long reaches 6\d\d of 390$/);
    deepEqual(more, ['the page is 608 wide']);
  });

  test('lets a box scroll by itself', async (t) => {
    const boxed = await browser.page(t);
    await boxed.goto(`${url}/boxed`);
    deepEqual(await narrow(boxed), []);
  });

  test('is light or dark as wished', async (t) => {
    for (const theme of ['light', 'dark'] as const) {
      const themed = await browser.page(t, { theme });
      await themed.goto(`${url}/theme`);
      equal(await themed.title(), String(theme === 'dark'));
    }
  });

  test('is signed in where it was signed in, and nowhere else', async (t) => {
    const [known, stranger] = [await browser.page(t), await browser.page(t)];
    await signIn(known, url, 'a token');
    await known.goto(`${url}/who`);
    await stranger.goto(`${url}/who`);
    match(await known.content(), /trial=yes/);
    match(await stranger.content(), /undefined/);
  });

  test('finds hosts below localhost', async (t) => {
    const shop = await browser.page(t);
    await shop.goto(`${url.replace('127.0.0.1', 'a-branch--shop.localhost')}/good`);
    equal(await shop.title(), 'Trial');
  });
});

/** Rejects until it does. */
async function complains(browser: TestBrowser, what: RegExp): Promise<true> {
  throws(() => browser.clean(), what);
  return true;
}

/** A test of which only the end is played. */
function trialTest(): { test: TestContext; end(): Promise<void> } {
  const closing: (() => Promise<void>)[] = [];
  return {
    test: { after: (close: () => Promise<void>) => void closing.push(close) } as TestContext,
    async end() {
      for (const close of closing) await close();
    },
  };
}
