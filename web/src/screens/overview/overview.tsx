import { getOverview } from 'virtual:endpoints';
import type { Answer } from '../../data/call.ts';
import { useResource } from '../../data/use-resource.ts';
import { ReleaseVerbs, type Releasing } from '../../parts/release-verbs.tsx';
import { Shown } from '../../parts/shown.tsx';
import { useTitle } from '../../parts/use-title.ts';
import { CandidatePanel } from './candidate-panel.tsx';
import { EnvironmentsPanel } from './environments-panel.tsx';
import { ProductionPanel } from './production-panel.tsx';
import { StagesPanel } from './stages-panel.tsx';
import { TrainPanel } from './train-panel.tsx';
import './overview.css';

export type Overviewed = Answer<'getOverview'>;
export type Stage = Overviewed['stages'][number];

/** An app at a glance: what is in production, what is on its way, and how it is. */
export function Overview({ app }: { app: string }) {
  useTitle(app);
  // Health changes without an event.
  const overview = useResource(
    getOverview,
    { app },
    { wakes: (event) => event.app === app || event.app === null, everyMs: 10_000 },
  );
  return (
    <Shown of={overview}>
      {(now) => (
        <>
          <header class="screen-head">
            <h1>{app}</h1>
            <div class="verbs">
              {now.production && <ReleaseVerbs of={releasing(app, now.production)} />}
            </div>
          </header>
          {now.freeze && (
            <p class="notice wait">
              Frozen by {now.freeze.by} until {new Date(now.freeze.until).toLocaleString()}:{' '}
              {now.freeze.reason}
            </p>
          )}
          <div class="panels">
            <ProductionPanel app={app} stage={now.production} />
            <CandidatePanel app={app} candidate={now.candidate} />
            <TrainPanel app={app} train={now.train} next={now.next} />
            <StagesPanel app={app} stages={now.stages} />
            <EnvironmentsPanel app={app} counts={now.environments} />
          </div>
        </>
      )}
    </Shown>
  );
}

const releasing = (app: string, stage: Stage): Releasing => ({
  environment: stage.environment,
  address: `${app}/${stage.name}`,
  serves: stage.deploy !== null,
  lock: stage.lock,
  rollout: stage.rollout,
});
