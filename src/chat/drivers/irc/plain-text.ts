// Colours carry up to two numbers (mIRC's 0x03) or two RGB values (0x04); the other codes stand alone.
const decimal = String.raw`\u0003(?:\d{1,2}(?:,\d{1,2})?)?`;
const hexadecimal = String.raw`\u0004(?:[\da-f]{6}(?:,[\da-f]{6})?)?`;
const colours = new RegExp(`${decimal}|${hexadecimal}`, 'gi');

/** What a message says, without colours, bold and other control characters. */
export const plainText = (text: string): string =>
  text
    .replaceAll(colours, '')
    .replaceAll(/\p{Cc}/gu, '')
    .trim();
