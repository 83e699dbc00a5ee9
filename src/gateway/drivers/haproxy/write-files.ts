import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { CertificatePair } from '../../certificate.ts';
import type { HaproxySettings } from './haproxy-settings.ts';
import { luaProgram } from './lua-program.ts';
import {
  checkLines,
  hostLines,
  laneLines,
  type MapLine,
  placeLine,
  shareLines,
} from './map-lines.ts';
import { statusPages } from './own-pages.ts';
import { writePages } from './page-files.ts';
import type { SavedState } from './saved-state.ts';
import { asciiLine, wordedPage } from './worded-page.ts';
import { haproxyConfig } from './write-config.ts';

export interface FileParts {
  settings: HaproxySettings;
  key: Buffer;
  state: SavedState;
  pauses: readonly MapLine[];
  certificates: readonly CertificatePair[];
}

/** Everything that HAProxy reads when it starts or reloads is in the working directory, as of now, when it returns. */
export function writeFiles({ settings, key, state, pauses, certificates }: FileParts): void {
  const placed = [...state.placed.values()];
  writePages(placed);
  writeCertificates(certificates);
  write('gateway.lua', luaProgram);
  write('trusted.acl', settings.trust.join('\n'));
  writeMap('places.map', placed.map(placeLine));
  writeMap('lanes.map', placed.flatMap(laneLines));
  writeMap('shares.map', placed.flatMap(shareLines));
  writeMap('checks.map', placed.flatMap(checkLines));
  writeMap('hosts.map', hostLines(placed));
  writeMap('pauses.map', pauses);
  // Of several that fit, the first counts: browsers say what else they take, too.
  writeMap('forms.map', [
    ['text/html', 'html'],
    ['json', 'json'],
  ]);
  writeMap('types.map', [
    ['text/html', 'text/html'],
    ['json', 'application/problem+json'],
  ]);
  writeMap('status.map', statusLines());
  write(
    'haproxy.cfg',
    haproxyConfig({
      settings,
      key,
      placed,
      slots: state.slots,
      hasCertificates: certificates.length > 0,
    }),
  );
}

function statusLines(): MapLine[] {
  return statusPages.flatMap((page) =>
    Object.entries(wordedPage(page)).map(([form, wording]): MapLine => [
      `${form}/${page.status}`,
      asciiLine(wording),
    ]),
  );
}

/** HAProxy takes the first for clients that name no host; it reads a folder in the order of names. */
function writeCertificates(certificates: readonly CertificatePair[]): void {
  mkdirSync('certificates', { recursive: true, mode: 0o700 });
  const names = certificates.map((_, index) => `${String(index).padStart(5, '0')}.pem`);
  certificates.forEach(({ certificate, key }, index) => {
    write(`certificates/${names[index]}`, `${certificate.trim()}\n${key.trim()}\n`);
  });
  for (const file of readdirSync('certificates')) {
    if (!names.includes(file)) rmSync(`certificates/${file}`, { force: true });
  }
}

function writeMap(file: string, lines: readonly MapLine[]): void {
  write(file, lines.map(([key, value]) => `${key} ${value}\n`).join(''));
}

function write(file: string, text: string): void {
  // Not beside it: HAProxy reads every file of a folder of certificates.
  writeFileSync('fresh.tmp', text, { mode: 0o600 });
  renameSync('fresh.tmp', file);
}
