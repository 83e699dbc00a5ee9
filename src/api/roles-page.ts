import { besideContract, type BesideContract } from './beside-contract.ts';
import { all, type AnyEndpoint } from './contract/all.ts';
import { roles, type Role } from './contract/endpoint.ts';

type Row = Pick<AnyEndpoint | BesideContract, 'method' | 'path' | 'summary'> & {
  role: Role | null;
};

const titles: Readonly<Record<Role, string>> = {
  public: 'Without a token',
  viewer: 'Viewers',
  developer: 'Developers, besides',
  'release-manager': 'Release managers, besides',
  admin: 'Admins, besides',
};

const introduction = `# Who may do what

Made from the contract of the API; \`WRITE_ROLES=1 node --test src/api/roles.test.ts\` writes it, and the same test asks every
endpoint as every role. The command line and chat ask nothing else, so this is all there is.

Each role may do everything the ones before it may. A token opens no more than its person may do; see
[people](people.md). A gate or a train may ask for certain people besides; that is said there.`;

/** docs/guides/roles.md: every endpoint under the role that opens it. */
export function rolesPage(): string {
  const rows: Row[] = [...Object.values(all), ...besideContract];
  const sections = roles.map((role) =>
    section(
      titles[role],
      rows.filter((row) => row.role === role),
    ),
  );
  const noRole = section(
    'No role',
    rows.filter(({ role }) => role === null),
  );
  return `${[introduction, ...sections, noRole].filter(Boolean).join('\n\n')}\n`;
}

function section(title: string, rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const lines = rows.map(({ method, path, summary }) => `| ${summary} | \`${method} ${path}\` |`);
  return [`## ${title}\n`, '| what | asked as |', '|---|---|', ...lines].join('\n');
}
