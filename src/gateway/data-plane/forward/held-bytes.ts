const none = Buffer.alloc(0);
const leastBytes = 1024;

/** Bytes that came before anybody could take them. Growing costs a copy now and then, not one per piece. */
export class HeldBytes {
  /** What is held stands from `from` to before `to`. Never write it to a socket without a copy: it is used again. */
  bytes: Buffer = none;
  from = 0;
  to = 0;

  get length(): number {
    return this.to - this.from;
  }

  add(bytes: Buffer, from: number, to: number): void {
    const size = to - from;
    if (size === 0) return;
    if (this.to + size > this.bytes.length) this.#makeRoom(size);
    bytes.copy(this.bytes, this.to, from, to);
    this.to += size;
  }

  /** Everything up to this offset has been taken. */
  skipTo(offset: number): void {
    if (offset >= this.to) this.clear();
    else this.from = offset;
  }

  clear(): void {
    this.bytes = none;
    this.from = 0;
    this.to = 0;
  }

  #makeRoom(size: number): void {
    const { length } = this;
    const needed = length + size;
    const fits = needed <= this.bytes.length && this.from >= length;
    const room = fits ? this.bytes : Buffer.allocUnsafeSlow(Math.max(leastBytes, needed * 2));
    this.bytes.copy(room, 0, this.from, this.to);
    this.bytes = room;
    this.from = 0;
    this.to = length;
  }
}
