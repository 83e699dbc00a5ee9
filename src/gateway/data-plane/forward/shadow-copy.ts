import type { ServedInstance } from '../choose/chooser.ts';
import { copyOf } from './piece.ts';

/** Where copies of requests go; see choose/shadow.ts. */
export interface ShadowStarter {
  begin(to: ServedInstance, head: string): ShadowSink | null;
}

export interface ShadowSink {
  write(bytes: Buffer): void;
  end(): void;
  abandon(): void;
}

/** Gives a shadow bytes of its own: the original's are used again at once. */
export function writeShadow(sink: ShadowSink, bytes: Buffer, from: number, to: number): void {
  if (to > from) sink.write(copyOf(bytes, from, to));
}
