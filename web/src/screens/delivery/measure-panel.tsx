import { Panel } from '../../parts/panel.tsx';
import { plural } from '../../words/number-words.ts';
import { barsPath } from './bars-path.ts';
import { figure, measureWords, type Measure } from './measure-words.ts';

/** One measure: what it comes to, day by day, and how it is made. */
export function MeasurePanel({ of }: { of: Measure }) {
  const { key, title, unit, value, cases, formula } = of;
  const [noun, missing] = measureWords[key];
  return (
    <Panel title={title}>
      {value === null ? (
        <p class="empty">{missing}</p>
      ) : (
        <>
          <p>
            <strong class="delivery-figure">{figure(value, unit)}</strong>{' '}
            <span class="soft">of {plural(cases, noun)}</span>
          </p>
          <Days of={of} />
        </>
      )}
      <p class="soft delivery-small">{formula}</p>
    </Panel>
  );
}

function Days({ of: { title, unit, days } }: { of: Measure }) {
  const values = days.map(({ value }) => value);
  const most = `at most ${figure(Math.max(...values.map(Number)), unit)}`;
  return (
    <>
      <svg
        class="delivery-days"
        role="img"
        aria-label={`${title} on each of ${days.length} days, ${most}`}
        viewBox={`0 0 ${days.length} 30`}
        preserveAspectRatio="none"
      >
        <path d={barsPath(values)} />
      </svg>
      <p class="soft delivery-small">
        {days[0]!.day} until today, {most}
      </p>
      <details>
        <summary>
          As a table<span class="for-ears">: {title}</span>
        </summary>
        <div class="scrolls" tabIndex={0} role="region" aria-label={`${title}, as a table`}>
          <table>
            <tr>
              <th>Day</th>
              <th class="number">Value</th>
              <th class="number">Cases</th>
            </tr>
            {days.toReversed().map(({ day, value, cases }) => (
              <tr key={day}>
                <th>{day}</th>
                <td class="number">{figure(value, unit)}</td>
                <td class="number">{cases}</td>
              </tr>
            ))}
          </table>
        </div>
      </details>
    </>
  );
}
