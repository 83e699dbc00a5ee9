import type { Role } from './contract/endpoint.ts';

export interface BesideContract {
  method: 'GET' | 'POST';
  /** Whether HEAD is answered where GET is. */
  head?: true;
  path: `/${string}`;
  /** null: no role opens it, only the secret of a push that is going on. */
  role: Role | null;
  summary: string;
}

/** Which page a path shows is decided by the dashboard in the browser; each of them is the same file. */
export const dashboardPaths = [
  '/',
  '/sign-in',
  '/apps',
  '/apps/*',
  '/timeline',
  '/radiator',
  '/status',
  '/people',
] as const;

/** What is served beside the contract, because it is not asked in JSON; src/api/roles.test.ts checks that this is all. */
export const besideContract: readonly BesideContract[] = [
  { method: 'GET', path: '/openapi.json', role: 'public', summary: 'Describe this API' },
  ...dashboardPaths.map((path) => ({
    method: 'GET' as const,
    head: true as const,
    path,
    role: 'public' as const,
    summary: 'Load the dashboard; it holds nothing before somebody signs in',
  })),
  {
    method: 'GET',
    head: true,
    path: '/assets/*',
    role: 'public',
    summary: "Load the dashboard's scripts and styles",
  },
  {
    method: 'GET',
    head: true,
    path: '/favicon.svg',
    role: 'public',
    summary: "Load the dashboard's icon",
  },
  { method: 'GET', path: '/metrics', role: 'viewer', summary: 'Read metrics, for Prometheus' },
  {
    method: 'GET',
    path: '/git/:repository/info/refs',
    role: 'viewer',
    summary: 'Begin to fetch with git; to push it takes a developer',
  },
  {
    method: 'POST',
    path: '/git/:repository/git-upload-pack',
    role: 'viewer',
    summary: 'Fetch with git',
  },
  {
    method: 'POST',
    path: '/git/:repository/git-receive-pack',
    role: 'developer',
    summary: 'Push with git',
  },
  {
    method: 'POST',
    path: '/api/v1/chat/:network/receive',
    role: 'public',
    summary: 'Say what was said in a chat that calls us; signed the way that network signs',
  },
  {
    method: 'POST',
    path: '/internal/hooks/:name',
    role: null,
    summary: "Judge a push, for git's hooks on the controller's machine",
  },
];
