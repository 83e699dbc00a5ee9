// Who may ask our stand-in for GitHub: a person by a token, an app by RFC 7519 and what it is given for it.
import { createVerify, generateKeyPairSync, randomBytes } from 'node:crypto';
import { type ApiAnswer, ApiRefusal } from './github-api.ts';

export interface GithubGate {
  token: string;
  app: { appId: number; privateKey: string };
  revokeTokens(): void;
  /** Throws 401 for a token that is none, or none any more. */
  loginOf(token: string): string;
  /** What an app asks as itself, with an assertion in place of a token. */
  asApp(assertion: string, asked: string): ApiAnswer;
}

const installationId = 42;
const tokenMs = 3_600_000;
/** One for all: they take a moment to make. */
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
const app = {
  appId: 1001,
  privateKey: keys.privateKey.export({ type: 'pkcs1', format: 'pem' }),
};

export function githubGate(repository: string, now: () => Date): GithubGate {
  const personal = `ghp_${randomBytes(18).toString('hex')}`;
  const issued = new Map<string, number>();

  const issue = (): ApiAnswer => {
    const token = `ghs_${randomBytes(18).toString('hex')}`;
    const expires = new Date(now().getTime() + tokenMs);
    issued.set(token, expires.getTime());
    // Seconds only, as there.
    return { status: 201, body: { token, expires_at: `${expires.toISOString().slice(0, 19)}Z` } };
  };

  return {
    token: personal,
    app,
    revokeTokens: () => issued.clear(),
    loginOf(token) {
      if (token === personal) return 'signalbox-bot';
      const until = issued.get(token) ?? 0;
      if (until <= now().getTime()) throw new ApiRefusal(401, 'Bad credentials');
      return 'signalbox-app[bot]';
    },
    asApp(assertion, asked) {
      checkAssertion(assertion);
      if (asked === 'GET /app') return { body: { id: app.appId, slug: 'signalbox-app' } };
      if (asked === `GET ${repository}/installation`) return { body: { id: installationId } };
      if (asked === `POST /app/installations/${installationId}/access_tokens`) return issue();
      throw new ApiRefusal(404, 'Not Found');
    },
  };
}

/** RS256, our number, not longer than ten minutes. */
function checkAssertion(assertion: string): void {
  const [head = '', claims = '', signature = ''] = assertion.split('.');
  const verified = createVerify('sha256').update(`${head}.${claims}`);
  if (!verified.verify(keys.publicKey, Buffer.from(signature, 'base64url'))) {
    throw new ApiRefusal(401, 'A JSON web token could not be decoded');
  }
  const said = JSON.parse(Buffer.from(claims, 'base64url').toString()) as Record<string, number>;
  const now = Date.now() / 1000;
  const { iat = Infinity, exp = 0, iss } = said;
  const isGood = Number(iss) === app.appId && iat <= now && exp > now && exp - now <= 600;
  if (!isGood) throw new ApiRefusal(401, "'Expiration time' claim is wrong");
}
