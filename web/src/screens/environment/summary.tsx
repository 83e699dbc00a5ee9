import { getTraffic, listTimeline } from 'virtual:endpoints';
import { useResource } from '../../data/use-resource.ts';
import { Ago } from '../../parts/ago.tsx';
import { Facts } from '../../parts/facts.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Shown } from '../../parts/shown.tsx';
import { bytes } from '../../words/number-words.ts';
import { concerns } from './concerns.ts';
import type { Details, PartProps } from './environment.tsx';
import { Jobs } from './jobs.tsx';
import { Services } from './service-rows.tsx';
import { Stores } from './stores.tsx';
import { answeredBy, trafficWords } from './traffic-words.ts';

/** What it is made of, what it does, and what happened to it lately. */
export function Summary({ of, reload }: PartProps) {
  const lives = of.state !== 'destroyed';
  return (
    <>
      <div class="panels">
        <WhatItIs of={of} />
        {of.stores.length > 0 && lives && <Stores of={of} reload={reload} />}
        {lives && <Traffic id={of.id} />}
        <Happened of={of} />
      </div>
      {lives && (
        <>
          <Services of={of} reload={reload} />
          <Jobs of={of} reload={reload} />
        </>
      )}
    </>
  );
}

const WhatItIs = ({ of }: { of: Details }) => (
  <Panel title="What it is">
    <Facts
      of={{
        Environment: `${of.app}/${of.name}`,
        Branch: of.branch,
        Made: <Ago at={of.createdAt} />,
        Pushed: <Ago at={of.pushedAt} />,
        'Last request': <Ago at={of.requestedAt} />,
        Memory: of.memoryBytes !== null && bytes(of.memoryBytes),
        'Kept until': of.lease && leaseWords(of.lease),
        Goes: of.destroyAt && (
          <>
            <Ago at={of.destroyAt} /> if nobody comes
          </>
        ),
      }}
    />
  </Panel>
);

const leaseWords = ({ until, owner, reason }: NonNullable<Details['lease']>): string =>
  `${new Date(until).toLocaleString()} by ${owner}: ${reason}`;

/** Also what is being done to it in this moment, as it is told. */
function Happened({ of }: { of: Details }) {
  const lately = useResource(
    listTimeline,
    { environment: of.id, limit: 8 },
    { wakes: (event) => concerns(event, of) },
  );
  return (
    <Panel title="What happened" wide>
      <Shown of={lately}>
        {({ entries }) =>
          entries.length === 0 ? (
            <p class="empty">Nothing that is still remembered.</p>
          ) : (
            <ul class="environment-happened">
              {entries.map((entry) => (
                <li key={entry.id}>
                  <span class="soft">
                    <Ago at={entry.at} />
                  </span>
                  <span>{entry.text}</span>
                </li>
              ))}
            </ul>
          )
        }
      </Shown>
    </Panel>
  );
}

function Traffic({ id }: { id: string }) {
  const traffic = useResource(
    getTraffic,
    { environment: id },
    { wakes: () => false, everyMs: 10_000 },
  );
  return (
    <Panel title="Traffic of the last 15 minutes">
      <Shown of={traffic}>
        {({ versions, lostTicks }) => (
          <>
            {versions.length === 0 && <p class="empty">Nobody asked it for anything.</p>}
            {versions.map((version) => (
              <p key={version.service + version.version}>
                {answeredBy(version)}: {trafficWords(version)}
              </p>
            ))}
            {lostTicks > 0 && <p class="wait">The counts of {lostTicks} seconds are lost.</p>}
          </>
        )}
      </Shown>
    </Panel>
  );
}
