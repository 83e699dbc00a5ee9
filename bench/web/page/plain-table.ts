import {
  nameOf,
  usedAt,
  type EnvironmentRow,
} from '../../../web/src/screens/environments/environment-rows.ts';
import {
  errorWords,
  leftWords,
  rough,
  shortData,
} from '../../../web/src/screens/environments/row-words.ts';

const heads: readonly (readonly [words: string, name: string])[] = [
  ['Environment', 'environment'],
  ['State', 'state'],
  ['Commit', 'commit'],
  ['Age', 'age'],
  ['Idle', 'idle'],
  ['Data', 'data'],
  ['Errors', 'errors'],
  ['Time left', 'time'],
  ['Verbs', ''],
];
const icons = {
  good: 'M3 8.5l3.2 3.2L13 5',
  bad: 'M4 4l8 8M12 4l-8 8',
};

/** The table of environments as text of HTML: the least that anybody would write without a library. */
export function plainTable(rows: readonly EnvironmentRow[]): string {
  const now = Date.now();
  return `<table class="environments"><thead><tr>${heads.map(([words, name]) => `<th class="environments-${name}"><button type="button" class="quiet">${words}</button></th>`).join('')}</tr></thead>
<tbody>${rows.map((row) => plainRow(row, now)).join('')}</tbody></table>`;
}

const plainRow = (row: EnvironmentRow, now: number): string => `<tr>
<td><a class="environments-name" href="/apps/shop/environments/${encodeURIComponent(row.name)}">${html(nameOf(row))}</a>
  ${row.state === 'live' ? `<a class="environments-host" href="${html(row.url)}" target="_blank" rel="noreferrer">${html(row.host)} ↗</a>` : ''}</td>
<td>${plainStatus(row.state)}
  ${row.reason ? `<p class="environments-why" title="${html(row.reason)}">${html(row.reason)}</p>` : ''}</td>
<td class="environments-commit"><button type="button" class="commit" title="Copy ${row.commit}">${row.commit?.slice(0, 7)}</button></td>
<td class="environments-age">${rough(now - Date.parse(row.createdAt))}</td>
<td class="environments-idle">${rough(now - usedAt(row))}</td>
<td class="environments-data" title="${html(row.data ?? '')}">${html(shortData(row.data))}</td>
<td class="environments-errors">${errorWords(row.lately)}</td>
<td class="environments-time">${leftWords(row, now)}</td>
<td><button type="button" class="quiet" data-row="${row.id}" aria-label="More about ${html(nameOf(row))}">⋯</button></td>
</tr>`;

function plainStatus(state: string): string {
  const tone = state === 'live' ? 'good' : 'bad';
  return `<span class="status ${tone}"><svg class="icon ${tone}" viewBox="0 0 16 16" aria-hidden="true"><path d="${icons[tone]}"></path></svg>${state}</span>`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '"': '&quot;' };
const html = (text: string): string => text.replaceAll(/[&<"]/g, (letter) => entities[letter]!);
