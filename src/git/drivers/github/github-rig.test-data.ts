import { githubServer, type GithubServer } from '../../../../test/support/github-server.ts';
import type { HostUnderTest } from '../../host.contract.ts';
import { githubHost } from './github-host.ts';
import type { GithubSettings } from './github-settings.ts';

export interface GithubRig extends HostUnderTest {
  github: GithubServer;
  /** Moves the time of the driver and of the server; pauses do so too. */
  pass(ms: number): void;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The driver before a server of its own, with a clock that moves by pauses alone, however slow the machine is. */
export async function githubRig(
  by: 'token' | 'app' = 'token',
  more: Partial<GithubSettings> = {},
): Promise<GithubRig> {
  const github = await githubServer();
  const pauses: number[] = [];
  let passed = 0;
  const begun = Date.now();
  const now = () => new Date(begun + passed);
  github.now = now;
  const pass = (ms: number) => void (passed += ms);
  const host = githubHost({
    app: 'shop',
    repository: 'acme/shop',
    url: github.url,
    key: by === 'token' ? { token: github.token } : github.app,
    clock: { now },
    async pause(ms) {
      pauses.push(ms);
      pass(ms);
    },
    ...more,
  });
  const { people: server, breakable, close } = github;
  return { github, host, server, breakable, pauses, pass, close, [Symbol.asyncDispose]: close };
}
