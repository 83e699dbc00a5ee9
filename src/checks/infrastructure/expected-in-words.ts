import { formatByteSize } from '../../kernel/byte-size.ts';
import { formatPercentage } from '../../kernel/percentage.ts';
import type { Check, Question } from './question.ts';
import { parseHostAndPort } from './text-rules.ts';

/** What must be true, as one reads it: `db:5432 accepts connections`. Without secrets. */
export function expectedInWords(asked: Question): string {
  switch (asked.section) {
    case 'ports':
      return `${listener(asked.shown.at)} ${asked.shown.open ? 'accepts connections' : 'accepts no connections'}`;
    case 'addresses':
      return addressInWords(asked.shown);
    case 'certificates':
      return certificateInWords(asked.shown);
    case 'mounts':
      return roomInWords(`${asked.shown.path} is mounted`, asked.shown);
    case 'directories':
      return roomInWords(`${asked.shown.path} is a directory`, asked.shown);
    case 'processes':
      return processInWords(asked.shown);
    case 'urls':
      return urlInWords(asked.shown);
    case 'commands':
      return commandInWords(asked.shown);
  }
}

/** An address may carry a password before its host, which nobody needs to see. */
function listener(at: string): string {
  const known = parseHostAndPort(at);
  if (!known) return at.replace(/\/\/[^/]*@/, '//');
  const { host, port } = known;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function addressInWords({ name, 'resolves-to': wanted }: Check<'addresses'>): string {
  return wanted.length === 0 ? `${name} resolves` : `${name} resolves to ${wanted.join(' and ')}`;
}

function certificateInWords({ at, name, days, trusted }: Check<'certificates'>): string {
  const whose = name === undefined ? `of ${listener(at)}` : `for ${name} of ${listener(at)}`;
  const rest = `is valid for ${days} days more`;
  return `the certificate ${whose} ${trusted ? 'is trusted and ' : ''}${rest}`;
}

function roomInWords(what: string, { free, writable }: Check<'mounts'>): string {
  const left =
    free === undefined
      ? []
      : [
          `has ${'bytes' in free ? formatByteSize(free.bytes) : formatPercentage(free.percent)} free`,
        ];
  return [what, ...left, ...(writable ? ['can be written to'] : [])].join(', ');
}

function processInWords(check: Check<'processes'>): string {
  const { command, 'at-least': least, 'at-most': most } = check;
  if (most === 0) return `no "${command}" runs`;
  if (most === undefined) return `at least ${least} of "${command}" run`;
  return least === most
    ? `exactly ${least} of "${command}" run`
    : `${least} to ${most} of "${command}" run`;
}

function urlInWords(check: Check<'urls'>): string {
  const { url, status, contains, lacks, headers } = check;
  return [
    `${url} answers ${status === undefined ? '2xx' : status.join(' or ')}`,
    ...Object.entries(headers).map(([name, text]) => `${name} has "${text}"`),
    ...contains.map((text) => `with "${text}"`),
    ...lacks.map((text) => `without "${text}"`),
  ].join(', ');
}

function commandInWords({ run, exit, prints }: Check<'commands'>): string {
  return [`"${run}" ends with exit code ${exit}`, ...prints.map((text) => `prints "${text}"`)].join(
    ', ',
  );
}
