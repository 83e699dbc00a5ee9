export interface HeadLimits {
  /** Bytes of a whole head, its empty line included. Longer: 431. */
  headBytes: number;
  /** Bytes of the first line, its end included. Longer: 414. */
  lineBytes: number;
  /** Header lines. More: 431. */
  headers: number;
}

export const usualLimits: Readonly<HeadLimits> = {
  headBytes: 32 * 1024,
  lineBytes: 16 * 1024,
  headers: 128,
};

/** No method that anyone registered comes near this; a longer one is answered 501. */
export const methodBytes = 64;

/** Empty lines in front of a request that are passed over (RFC 9112 section 2.2); one more is answered 400. */
export const strayLines = 4;

/** Lines of one head that a proxy has to look at twice. More: 431, whatever `headers` allows. */
export const notedLines = 256;

/** The longest name in the domain name system, with a port and room to spare. */
export const authorityBytes = 260;

/** What one chunked body may spend on things that are not its payload. */
export const chunkLimits = {
  sizeDigits: 12,
  /** Of one body, all chunks together: a flood of extensions is an attack. */
  extensionBytes: 16 * 1024,
  trailerBytes: 8 * 1024,
} as const;
