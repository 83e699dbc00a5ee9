import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { getEnvironment } from 'virtual:endpoints';
import type { Answer } from '../../data/call.ts';
import { may } from '../../data/credentials.ts';
import { useResource, type Resource } from '../../data/use-resource.ts';
import { lazy } from '../../frame/lazy.tsx';
import { places } from '../../frame/places.ts';
import { Shown } from '../../parts/shown.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { useTitle } from '../../parts/use-title.ts';
import { concerns } from './concerns.ts';
import { Deploys } from './deploys.tsx';
import { EnvironmentHead } from './environment-head.tsx';
import { environmentIn } from './environment-in.ts';
import { Findings } from './findings.tsx';
import { Summary } from './summary.tsx';
import { Variables } from './variables.tsx';
import './environment.css';

export type Details = Answer<'getEnvironment'>;

/** What a part of the screen is given. */
export interface PartProps {
  of: Details;
  reload: () => void;
}

const Logs = lazy(async () => (await import('./logs.tsx')).Logs);
const Console = lazy(async () => (await import('./console.tsx')).Console);

interface EnvironmentProps {
  app: string;
  name: string;
  part?: string | undefined;
}

/** One environment: what it is, why it is so, and everything that can be done with it. */
export function Environment({ app, part = '' }: EnvironmentProps) {
  const [name] = useState(() => environmentIn(location.pathname));
  const environment = `${app}/${name}`;
  useTitle(environment);
  // Memory, restarts and requests change without an event.
  const details: Resource<Details> = useResource(
    getEnvironment,
    { environment },
    {
      wakes: (event) => concerns(event, { app, id: details.value.peek()?.id }),
      everyMs: 10_000,
    },
  );
  return (
    <>
      {details.value.value === undefined && <h1>{name}</h1>}
      <Shown of={details}>
        {(of) => (
          <>
            <EnvironmentHead of={of} reload={details.reload} />
            <Parts of={of} reload={details.reload} part={part} />
          </>
        )}
      </Shown>
      {details.refusal.value?.status === 404 && (
        <>
          <Findings address={environment} />
          <Link href={places.environments(app)}>All environments of {app}</Link>
        </>
      )}
    </>
  );
}

const parts = ['', 'deploys', 'variables', 'logs', 'console', 'doctor'] as const;

function Parts({ of, reload, part }: PartProps & { part: string }) {
  const offered = parts.filter((name) => name !== 'console' || may('developer'));
  const here = offered.find((name) => name === part) ?? '';
  const address = `${of.app}/${of.name}`;
  return (
    <>
      <Tabs
        label="Parts of the environment"
        tabs={offered.map((name) => [
          name === '' ? 'Summary' : name[0]!.toUpperCase() + name.slice(1),
          places.environment(of.app, of.name, name),
          name === here,
        ])}
      />
      {here === '' && <Summary of={of} reload={reload} />}
      {here === 'deploys' && <Deploys of={of} reload={reload} />}
      {here === 'variables' && <Variables of={of} reload={reload} />}
      {here === 'logs' && <Logs environment={of.id} address={address} />}
      {here === 'console' && <Console environment={of.id} address={address} />}
      {here === 'doctor' && <Findings address={of.state === 'destroyed' ? address : of.id} />}
    </>
  );
}
