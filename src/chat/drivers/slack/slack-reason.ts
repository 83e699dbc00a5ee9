import type { types } from '@slack/bolt';
import { cut } from './slack-text.ts';

export const reasonView = 'signalbox-reason';

export interface Asked {
  command: string;
  /** Where the button was pressed. */
  channel: string | null;
}

/** The window a button opens that asks for a reason. */
export const reasonWindow = (asked: Asked, label: string): types.ModalView => ({
  type: 'modal',
  callback_id: reasonView,
  private_metadata: JSON.stringify(asked),
  title: { type: 'plain_text', text: cut(label, 24), emoji: false },
  submit: { type: 'plain_text', text: 'Say it' },
  close: { type: 'plain_text', text: 'Cancel' },
  blocks: [
    {
      type: 'input',
      block_id: 'reason',
      label: { type: 'plain_text', text: 'Why? Everybody in the room can read it.' },
      element: {
        type: 'plain_text_input',
        action_id: 'reason',
        multiline: true,
        max_length: 1_000,
      },
    },
  ],
});

export const askedIn = (metadata: string): Asked => JSON.parse(metadata) as Asked;
