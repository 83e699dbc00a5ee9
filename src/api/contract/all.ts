import * as apps from './apps.ts';
import * as audit from './audit.ts';
import * as candidates from './candidates.ts';
import * as certificates from './certificates.ts';
import * as chat from './chat.ts';
import * as deploys from './deploys.ts';
import type { Endpoint } from './endpoint.ts';
import * as environments from './environments.ts';
import * as evidence from './evidence.ts';
import * as events from './events.ts';
import * as freezes from './freezes.ts';
import * as hosts from './hosts.ts';
import * as infrastructure from './infrastructure.ts';
import * as jobs from './jobs.ts';
import * as logs from './logs.ts';
import * as people from './people.ts';
import * as nodes from './nodes.ts';
import * as overview from './overview.ts';
import * as pushes from './pushes.ts';
import * as rollouts from './rollouts.ts';
import * as secrets from './secrets.ts';
import * as session from './session.ts';
import * as snapshots from './snapshots.ts';
import * as status from './status.ts';
import * as terminals from './terminals.ts';
import * as timeline from './timeline.ts';
import * as tokens from './tokens.ts';
import * as traffic from './traffic.ts';
import * as trains from './trains.ts';

/** Everything the API can be asked, by name: what the server serves and the CLI and the dashboard call. */
export const all = {
  ...apps,
  ...environments,
  ...nodes,
  ...deploys,
  ...pushes,
  ...logs,
  ...terminals,
  ...snapshots,
  ...secrets,
  ...jobs,
  ...tokens,
  ...people,
  ...audit,
  ...events,
  ...status,
  ...traffic,
  ...certificates,
  ...rollouts,
  ...candidates,
  ...freezes,
  ...infrastructure,
  ...trains,
  ...hosts,
  ...chat,
  ...session,
  ...overview,
  ...evidence,
  ...timeline,
};

export type Contract = typeof all;
export type EndpointName = keyof Contract;
export type AnyEndpoint = Contract[EndpointName];

type NamesOf<Kind> = {
  [Name in EndpointName]: Contract[Name]['kind'] extends Kind ? Name : never;
}[EndpointName];
export type CallName = NamesOf<'call'>;
export type StreamName = NamesOf<'stream'>;
export type TerminalName = NamesOf<'terminal'>;

export type Input<Name extends EndpointName> =
  Contract[Name] extends Endpoint<infer _Kind, infer Given, infer _Output> ? Given : never;
export type Output<Name extends EndpointName> =
  Contract[Name] extends Endpoint<infer _Kind, infer _Input, infer Answer> ? Answer : never;
