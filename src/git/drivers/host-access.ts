import { SignalboxError } from '../../kernel/signalbox-error.ts';
import { type HostAccess, pauseForReal } from '../ask-host.ts';

/** What the drivers that ask by plain HTTP are given. */
export interface HostSettings {
  /** Our name of the app: two apps of one repository each have a comment of their own. */
  app: string;
  /** Of the service or of its API; http or https, without credentials. */
  url: string;
  /** As in its web address: `group/shop`. */
  repository: string;
  token: string;
  /** The branch that merged requests count for; missing: the repository's own main branch. */
  mainBranch?: string | null;
  /** How to wait; tests only write it down. */
  pause?: (ms: number) => Promise<void>;
}

interface Service {
  title: string;
  /** Where its API begins below its address. */
  below: string;
  repositoryPath: string;
  authorization: string;
  tokenNeeds: string;
}

/** Refuses with `host/unusable-url` what the token should not be sent to. */
export function hostAccess(settings: HostSettings, service: Service): HostAccess {
  const { url, repository, token, pause = pauseForReal } = settings;
  const { title, below, ...rest } = service;
  const base = addressOf(url);
  const api = base.endsWith(below) ? base : base + below;
  return { ...rest, name: `${title} at ${base}`, api, repository, token, pause };
}

function addressOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const fits = url && /^https?:$/.test(url.protocol) && !url.username && !url.password;
  if (fits) return (url.origin + url.pathname).replace(/\/+$/, '');
  throw new SignalboxError({
    code: 'host/unusable-url',
    what: 'The address of the hosting service cannot be used.',
    why: 'It is no http or https URL, or it has a user or password in it.',
    fix: ['Give it like this, and the token apart from it: --url https://code.example'],
  });
}
