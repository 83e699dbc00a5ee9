import { useEffect } from 'preact/hooks';
import { Link } from 'wouter-preact';
import { getLane, getRollout, listEnvironments } from 'virtual:endpoints';
import type { Answer } from '../../data/call.ts';
import { useResource } from '../../data/use-resource.ts';
import { places } from '../../frame/places.ts';
import { ReleaseVerbs } from '../../parts/release-verbs.tsx';
import { Shown } from '../../parts/shown.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { useTitle } from '../../parts/use-title.ts';
import { DecisionPanel } from './decision-panel.tsx';
import { EvidencePanels } from './evidence-panels.tsx';
import { isUnderWay } from './evidence-words.ts';
import { LanePanel } from './lane-panel.tsx';
import { RolloutsPanel } from './rollouts-panel.tsx';
import { StepsPanel } from './steps-panel.tsx';
import { useEvidence } from './use-evidence.ts';
import './rollout.css';

export type Lane = Answer<'getLane'>;
export type Details = Answer<'getRollout'>;

interface RolloutProps {
  app: string;
  name?: string | undefined;
  id?: string | undefined;
}

/** How a release gets the requests of an environment, and what the judge makes of it. */
export function Rollout({ app, name = 'production', id }: RolloutProps) {
  const environment = `${app}/${name}`;
  useTitle(`Rollout of ${environment}`);
  const lane = useResource(getLane, { environment }, { wakes: (event) => event.app === app });
  const now = lane.value.value;
  const shown = id ?? now?.rollout?.id;
  return (
    <>
      <header class="screen-head">
        <h1>Rollout of {environment}</h1>
        <div class="verbs">{now && <ReleaseVerbs of={releasing(now, shown)} />}</div>
      </header>
      <Stages app={app} name={name} />
      <Shown of={lane}>
        {(lane) => (
          <div class="rollout-screen">
            <div class="rollout-main">
              {shown === undefined ? (
                <p class="panel empty">
                  No release came here step by step yet. A stage with <code>rollout: NAME</code> in
                  signalbox.yaml brings its releases in so.
                </p>
              ) : (
                <One key={shown} id={shown} lane={lane} />
              )}
            </div>
            <div class="rollout-side">
              <LanePanel lane={lane} />
              <RolloutsPanel app={app} name={name} shown={shown} />
            </div>
          </div>
        )}
      </Shown>
    </>
  );
}

/** Of a rollout of the past nothing can be steered. */
function releasing(lane: Lane, shown: string | undefined) {
  const { app, environmentName, environment, lock } = lane;
  const rollout = lane.rollout?.id === shown ? lane.rollout : null;
  const serves =
    rollout !== null && (rollout.state === 'promoted' || rollout.stableCommit !== null);
  return { environment, address: `${app}/${environmentName}`, serves, lock, rollout };
}

function Stages({ app, name }: { app: string; name: string }) {
  const environments = useResource(listEnvironments, { app }, { wakes: () => false });
  const stages = (environments.value.value?.environments ?? []).filter(
    ({ kind }) => kind !== 'preview',
  );
  if (stages.length < 2) return null;
  return (
    <Tabs
      label="Environments"
      tabs={stages.map((stage) => [
        stage.name,
        places.rollout(app, stage.name),
        stage.name === name,
      ])}
    />
  );
}

/** What it waits for changes without an event. */
const everyMs = 1000;

function One({ id, lane }: { id: string; lane: Lane }) {
  const rollout = useResource(
    getRollout,
    { rollout: id },
    { wakes: (event) => event.app === lane.app },
  );
  const isLive = isUnderWay(rollout.value.value?.state ?? '');
  const evidence = useEvidence(id, isLive);
  useEffect(() => {
    if (!isLive) return undefined;
    const timer = setInterval(() => document.hidden || rollout.reload(), everyMs);
    return () => clearInterval(timer);
  }, [isLive]);
  return (
    <Shown of={rollout}>
      {(rollout) => (
        <>
          {rollout.id !== lane.rollout?.id && (
            <p class="soft">
              This is a rollout of the past.{' '}
              <Link href={places.rollout(lane.app, lane.environmentName)}>Show the newest</Link>
            </p>
          )}
          <DecisionPanel rollout={rollout} words={evidence.value.value?.words ?? null} />
          <StepsPanel rollout={rollout} />
          <Shown of={evidence}>
            {(evidence) => <EvidencePanels rollout={rollout} evidence={evidence} />}
          </Shown>
        </>
      )}
    </Shown>
  );
}
