import { useSearch } from 'wouter-preact';
import { getDelivery } from 'virtual:endpoints';
import { useResource } from '../../data/use-resource.ts';
import { places } from '../../frame/places.ts';
import { Shown } from '../../parts/shown.tsx';
import { Tabs } from '../../parts/tabs.tsx';
import { useTitle } from '../../parts/use-title.ts';
import { MeasurePanel } from './measure-panel.tsx';
import './delivery.css';

/** What can change a measure. Not every event says whose it is. */
const wakers = /^(deploy-ended|roll|push-begun|commit)/;

/** How often, how fast and how safely an app is delivered. */
export function Delivery({ app }: { app: string }) {
  const title = `Delivery of ${app}`;
  useTitle(title);
  const days = Number(new URLSearchParams(useSearch()).get('days')) || 30;
  const delivery = useResource(
    getDelivery,
    { app, days },
    { wakes: (event) => (event.app ?? app) === app && wakers.test(event.kind) },
  );
  return (
    <>
      <h1>{title}</h1>
      <Tabs
        label="Span"
        tabs={[7, 30, 90].map((span) => [
          `${span} days`,
          `${places.delivery(app)}?days=${span}`,
          span === days,
        ])}
      />
      <Shown of={delivery}>
        {({ measures }) => (
          <div class="panels">
            {measures.map((measure) => (
              <MeasurePanel key={measure.key} of={measure} />
            ))}
          </div>
        )}
      </Shown>
    </>
  );
}
