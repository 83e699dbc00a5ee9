import { writeSync } from 'node:fs';
import { Socket } from 'node:net';
import type { WorkerTable } from './choose/chooser.ts';
import type { StartReport } from './control-contract.ts';
import { log } from './log.ts';

export interface StartConversation {
  say(report: StartReport): void;
  /** Resolves when the predecessor has stepped back, with what it cannot leave on disk; null: it is gone or gave up. */
  turn(): Promise<WorkerTable['pauses'] | null>;
}

/** Between a process that starts and whoever started it, over a descriptor; null: nobody listens. */
export function startConversation(descriptor: number | null): StartConversation {
  return {
    say(report) {
      if (descriptor === null) return;
      try {
        writeSync(descriptor, `${JSON.stringify(report)}\n`);
      } catch (error) {
        log('nobody heard how the start went', error);
      }
    },

    async turn() {
      if (descriptor === null) return null;
      const socket = new Socket({ fd: descriptor, readable: true, writable: true });
      let text = '';
      try {
        for await (const piece of socket.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
          text += String(piece);
          if (text.includes('\n')) break;
        }
      } catch (error) {
        log('the predecessor went before it stepped back', error);
        return null;
      }
      // It may not keep this process alive, nor close the descriptor that the last word goes over.
      socket.unref();
      return text.includes('\n') ? (JSON.parse(text) as WorkerTable['pauses']) : null;
    },
  };
}
