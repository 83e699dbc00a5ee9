/** The demo speaks in lines. */
export const say = (text = ''): void => void process.stdout.write(`${text}\n`);
