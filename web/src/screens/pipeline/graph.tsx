import { Link, useLocation, useSearchParams } from 'wouter-preact';
import { Icon } from '../../parts/icon.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Status } from '../../parts/status.tsx';
import { toneOf } from '../../words/tone-of.ts';
import { heightOf, layOut, mostLines, nextNode, nodeWidth } from './layout.ts';
import { isAhead, toneAt, type Station } from './station.ts';
import { Took } from './took.tsx';

interface GraphProps {
  columns: readonly (readonly Station[])[];
  /** The key of the one whose details are shown. */
  chosen: string | undefined;
}

/** The stations in their order: links over lines; arrow keys go from one to the next. */
export function Graph({ columns, chosen }: GraphProps) {
  const { places, edges, width, height } = layOut(
    columns.map((column) => column.map((station) => ({ station, height: heightOf(station) }))),
  );
  const move = (event: KeyboardEvent): void => {
    const links = [...(event.currentTarget as HTMLElement).querySelectorAll('a')];
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    const next = nextNode(
      columns.map(({ length }) => length),
      at,
      event.key,
    );
    if (at < 0 || next === at) return;
    event.preventDefault();
    links[next]?.focus();
  };
  return (
    <Panel title="The way to production" wide>
      <div class="scrolls pipeline-scrolls" tabIndex={0} role="group" aria-label="Stations">
        <div class="pipeline-way" style={pixels({ width, height })}>
          <svg width={width} height={height} aria-hidden="true">
            {edges.map(({ path, to: { station } }) => (
              <path key={path} d={path} class={isAhead(station) ? 'ahead' : ''} />
            ))}
          </svg>
          <ol onKeyDown={move}>
            {places.map(({ item: { station }, x, y, height }) => (
              <li key={station.key} style={pixels({ x, y, width: nodeWidth, height })}>
                <Node station={station} isChosen={station.key === chosen} />
              </li>
            ))}
          </ol>
        </div>
      </div>
      <details>
        <summary>As a table</summary>
        <Table stations={columns.flat()} />
      </details>
    </Panel>
  );
}

/** As variables, which the sheet can do without where there is no room. */
const pixels = (sizes: Readonly<Record<string, number>>): Record<string, string> =>
  Object.fromEntries(Object.entries(sizes).map(([name, size]) => [`--${name}`, `${size}px`]));

function Node({ station, isChosen }: { station: Station; isChosen: boolean }) {
  const [path] = useLocation();
  const [search] = useSearchParams();
  const to = new URLSearchParams(search);
  to.set('node', station.key);
  const { title, hint, state, why, lines } = station;
  const more = lines.length - mostLines;
  return (
    <Link
      href={`${path}?${to.toString()}`}
      class={toneAt(station)}
      aria-current={isChosen ? 'true' : undefined}
    >
      <span class="name">
        <b>{title}</b> {hint}
      </span>
      <span class="pipeline-state">
        <Status state={state} tone={toneAt(station)} />
        <Took of={station} />
      </span>
      {why && <span class="why">{why}</span>}
      {lines.slice(0, mostLines).map(({ words, state }) => (
        <span key={words} class="line">
          {state && <Icon tone={toneOf(state)} />}
          {words}
        </span>
      ))}
      {more > 0 && <span class="line">and {more} more</span>}
    </Link>
  );
}

const Table = ({ stations }: { stations: readonly Station[] }) => (
  <div class="scrolls" tabIndex={0} role="group" aria-label="Stations as a table">
    <table>
      <thead>
        <tr>
          <th>Station</th>
          <th>State</th>
          <th>Took</th>
          <th>Why</th>
          <th>Parts</th>
        </tr>
      </thead>
      <tbody>
        {stations.map((station) => (
          <tr key={station.key}>
            <td>
              {station.title} <span class="soft">{station.hint}</span>
            </td>
            <td>
              <Status state={station.state} tone={toneAt(station)} />
            </td>
            <td>
              <Took of={station} />
            </td>
            <td>{station.why}</td>
            <td>
              {station.lines
                .map(({ words, state }) => (state ? `${words} (${state})` : words))
                .join(', ')}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);
