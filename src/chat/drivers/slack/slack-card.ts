import type { types } from '@slack/bolt';
import type { Card, CardButton } from '../../network.ts';
import { cut, escaped, inMessages } from './slack-text.ts';

export interface SlackCard {
  /** For notifications and for readers of screens. */
  text: string;
  blocks: types.KnownBlock[];
  metadata: { event_type: string; event_payload: { key: string } };
}

export const cardEvent = 'signalbox_card';
/** A button that says its command, and one that asks for a reason first. */
export const sayAction = 'signalbox-say';
export const askAction = 'signalbox-ask';

export function slackCard({ key, line, lines, buttons }: Card): SlackCard {
  const [title = line, ...rest] = lines;
  return {
    text: escaped(cut(line, 1_000)),
    blocks: [...titleOf(title), ...sectionsOf(rest), ...actionsOf(buttons)],
    // By this we find our card again when its id was lost.
    metadata: { event_type: cardEvent, event_payload: { key } },
  };
}

const titleOf = (title: string): types.KnownBlock[] =>
  title === ''
    ? []
    : [{ type: 'header', text: { type: 'plain_text', text: cut(title, 140), emoji: false } }];

/** A message has 50 blocks: one title, some rows of buttons, the rest is for words. */
const mostSections = 40;

function sectionsOf(lines: readonly string[]): types.KnownBlock[] {
  const texts = inMessages(lines.map(linked));
  const shown = texts.slice(0, mostSections).filter((text) => text.trim() !== '');
  if (texts.length > mostSections) shown.push('…');
  return shown.map((text) => ({
    type: 'section',
    // Verbatim: a commit called "@channel" wakes nobody.
    text: { type: 'mrkdwn', text, verbatim: true },
  }));
}

/** Verbatim text has links only where they are marked. */
const linked = (line: string): string =>
  escaped(line).replaceAll(/https?:\/\/[^\s|&]+(?:&amp;[^\s|&]+)*/g, (url) => {
    const end = /[.,:;!?)\]]+$/.exec(url)?.[0] ?? '';
    return `<${url.slice(0, url.length - end.length)}>${end}`;
  });

function actionsOf(buttons: readonly CardButton[]): types.KnownBlock[] {
  const elements = buttons.slice(0, 25).map(({ label, command, asksReason }, at): types.Button => ({
    type: 'button',
    action_id: `${asksReason ? askAction : sayAction}-${at}`,
    text: { type: 'plain_text', text: cut(label, 75), emoji: false },
    value: command,
  }));
  return elements.length === 0 ? [] : [{ type: 'actions', elements }];
}
