import { getNextTrain, getTrain, listFreezes, listTrains } from 'virtual:endpoints';
import type { LiveEvent } from '../../data/live.ts';
import { useResource } from '../../data/use-resource.ts';
import { Shown } from '../../parts/shown.tsx';
import { Status } from '../../parts/status.tsx';
import { useTitle } from '../../parts/use-title.ts';
import { AnswersPanel } from './answers-panel.tsx';
import { ChangesPanel } from './changes-panel.tsx';
import { Frozen } from './frozen.tsx';
import { MyCommits, Trains } from './history-panels.tsx';
import { LanePanel } from './lane-panel.tsx';
import { NextPanel } from './next-panel.tsx';
import { QuestionPanel } from './question-panel.tsx';
import { VotesPanel } from './votes-panel.tsx';
import './train.css';

/** The train under way, or the one with the number; what it asks; the next one, and those before. */
export function Train({ app, number }: { app: string; number?: number | undefined }) {
  const wakes = (event: LiveEvent): boolean =>
    event.app === app && /^(train|freeze|candidate|push-ended)/.test(event.kind);
  const all = useResource(listTrains, { app }, { wakes });
  const { trains } = all.value.value ?? {};
  // Asked for only where there is one: that none has left yet is no trouble.
  const isThere = number !== undefined || (trains ?? []).length > 0;
  const asked = number === undefined ? { app } : { app, number };
  const shown = useResource(getTrain, isThere ? asked : null, { wakes });
  const next = useResource(getNextTrain, { app }, { wakes });
  const { freezes = [] } = useResource(listFreezes, { app }, { wakes }).value.value ?? {};
  const train = shown.value.value;
  const title = train ? `Train ${train.number} of ${app}` : `Trains of ${app}`;
  useTitle(title);
  return (
    <>
      <header class="screen-head">
        <h1>{title}</h1>
        {train && <Status state={train.state} />}
      </header>
      <Frozen app={app} freezes={freezes} />
      {train && <QuestionPanel train={train} />}
      {isThere && <Shown of={shown}>{(now) => <LanePanel train={now} />}</Shown>}
      <Shown of={all}>
        {() => (
          <div class="train-panels">
            {train && (
              <div>
                <AnswersPanel train={train} />
                <ChangesPanel train={train} />
                <VotesPanel train={train} />
              </div>
            )}
            <div>
              <Shown of={next}>
                {(prognosis) =>
                  prognosis.approval === null ? (
                    <NoTrains app={app} />
                  ) : (
                    <NextPanel
                      app={app}
                      next={prognosis}
                      isFrozen={freezes.length > 0}
                      isUnderWay={trains?.[0]?.endedAt === null}
                    />
                  )
                }
              </Shown>
              <MyCommits app={app} wakes={wakes} />
              <Trains app={app} trains={trains ?? []} />
            </div>
          </div>
        )}
      </Shown>
    </>
  );
}

const NoTrains = ({ app }: { app: string }) => (
  <section class="panel empty">
    <h2>Releases of {app} do not leave by train</h2>
    <p>
      Each green commit of its main branch goes its way alone. With a “train” section in
      signalbox.yaml they leave together, and their authors are asked:
    </p>
    <pre>{'train:\n  departs: every hour\n  approval: authors'}</pre>
    <p>Push it to the main branch. docs/guides/trains.md says what else it can hold.</p>
  </section>
);
