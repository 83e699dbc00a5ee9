import { Link, useLocation } from 'wouter-preact';
import { createEnvironment } from 'virtual:endpoints';
import { places } from '../../frame/places.ts';
import { Commit } from '../../parts/commit.tsx';
import { EnvironmentVerbs } from '../../parts/environment-verbs.tsx';
import { Status } from '../../parts/status.tsx';
import { Verb } from '../../parts/verb.tsx';
import type { PartProps } from './environment.tsx';

/** What it is called, how it is and why, what serves, and what can be done. */
export function EnvironmentHead({ of, reload }: PartProps) {
  const isGone = of.state === 'destroyed';
  return (
    <>
      <header class="screen-head">
        <h1 class="environment-name">{of.kind === 'preview' ? of.branch : of.name}</h1>
        <Status state={of.state} />
        {of.place !== null && <span class="soft">place {of.place} in the queue</span>}
        <div class="verbs">
          {of.state === 'live' && (
            <a class="button main" href={of.url} target="_blank" rel="noreferrer">
              Open
            </a>
          )}
          {(of.kind === 'production' || of.kind === 'staging') && (
            <Link class="button" href={places.rollout(of.app, of.name)}>
              Rollouts
            </Link>
          )}
          <EnvironmentVerbs
            of={{ ...of, address: `${of.app}/${of.name}`, isKept: of.lease !== null }}
            done={reload}
          />
          {isGone && of.kind === 'preview' && <MakeAnew of={of} reload={reload} />}
        </div>
      </header>
      <Why of={of} />
      {of.state === 'live' && (
        <p class="soft">
          <a href={of.url} target="_blank" rel="noreferrer">
            {of.host}
          </a>{' '}
          serves <Commit commit={of.commit} /> of {of.branch}
        </p>
      )}
    </>
  );
}

function Why({ of: { state, reason, destroyReason } }: Pick<PartProps, 'of'>) {
  const isGoing = state === 'destroyed' || state === 'destroying';
  const why = isGoing ? destroyReason : reason;
  if (why === null && !isGoing) return null;
  const tone = state === 'live' || state === 'failed' ? 'bad' : 'soft';
  return (
    <p class={`environment-why ${tone}`}>
      {state === 'destroyed' && 'It is gone, with its data: '}
      {state === 'destroying' && 'It is being taken down: '}
      {why ?? 'nobody said why'}
    </p>
  );
}

function MakeAnew({ of, reload }: PartProps) {
  const [, go] = useLocation();
  return (
    <Verb
      of={createEnvironment}
      label="Make it anew"
      kind="main"
      says={`${of.branch} is on its way.`}
      input={() => ({ app: of.app, branch: of.branch })}
      done={({ name }) => {
        go(places.environment(of.app, name));
        reload();
      }}
    />
  );
}
