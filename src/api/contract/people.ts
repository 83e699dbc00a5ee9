import { z } from 'zod';
import { endpoint } from './endpoint.ts';
import { done, yes } from './fields.ts';
import {
  account,
  accountCode,
  email,
  heldRole,
  network,
  person,
  personName,
  teamName,
} from './person-fields.ts';

const at = '/api/v1/people/:person';
const params = { person: personName };

export const listPeople = endpoint({
  method: 'GET',
  path: '/api/v1/people',
  role: 'admin',
  summary: 'List people with their roles, teams, addresses and chat accounts',
  query: { removed: yes.optional().meta({ description: 'Also those who were removed' }) },
  reply: z.object({ people: z.array(person) }),
});

export const addPerson = endpoint({
  method: 'POST',
  path: '/api/v1/people',
  role: 'admin',
  summary: 'Make somebody known',
  body: {
    name: personName,
    role: heldRole,
    emails: z.array(email).max(50).optional(),
    teams: z.array(teamName).max(50).optional(),
  },
  record: ['name', 'role', 'emails', 'teams'],
  reply: person,
});

export const getPerson = endpoint({
  method: 'GET',
  path: at,
  role: 'admin',
  summary: 'Show one person',
  params,
  reply: person,
});

export const setPerson = endpoint({
  method: 'PATCH',
  path: at,
  role: 'admin',
  summary: 'Change what somebody may do, at once also with the tokens they have',
  params,
  body: { role: heldRole },
  record: ['role'],
  reply: person,
});

export const removePerson = endpoint({
  method: 'DELETE',
  path: at,
  role: 'admin',
  summary: 'Revoke all tokens of somebody and unlink their chat accounts',
  params,
  reply: done,
});

export const addEmail = endpoint({
  method: 'POST',
  path: `${at}/emails`,
  role: 'admin',
  summary: 'Let commits with an address be theirs',
  params,
  body: { email },
  record: ['email'],
  reply: person,
});

export const removeEmail = endpoint({
  method: 'DELETE',
  path: `${at}/emails/:email`,
  role: 'admin',
  summary: 'Let commits with an address be theirs no more',
  params: { ...params, email },
  reply: person,
});

export const joinTeam = endpoint({
  method: 'PUT',
  path: `${at}/teams/:team`,
  role: 'admin',
  summary: 'Let somebody be in a team',
  params: { ...params, team: teamName },
  reply: person,
});

export const leaveTeam = endpoint({
  method: 'DELETE',
  path: `${at}/teams/:team`,
  role: 'admin',
  summary: 'Let somebody be in a team no more',
  params: { ...params, team: teamName },
  reply: person,
});

export const makeCode = endpoint({
  method: 'POST',
  path: `${at}/codes`,
  role: 'admin',
  summary: "Make a code that proves a chat account to be somebody's",
  params,
  reply: accountCode,
});

export const unlinkAccount = endpoint({
  method: 'DELETE',
  path: `${at}/accounts/:network`,
  role: 'admin',
  summary: "Let a chat account be somebody's no more",
  params: { ...params, network },
  query: { account: account.optional() },
  reply: done,
});

export const makeMyCode = endpoint({
  method: 'POST',
  path: '/api/v1/me/codes',
  role: 'viewer',
  summary: 'Make a code that proves a chat account to be yours',
  reply: accountCode,
});

export const unlinkMyAccount = endpoint({
  method: 'DELETE',
  path: '/api/v1/me/accounts/:network',
  role: 'viewer',
  summary: 'Let a chat account be yours no more',
  params: { network },
  query: { account: account.optional() },
  reply: done,
});
