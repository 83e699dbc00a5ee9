/** One line with the time in front, to standard error: the gateway's log file. */
export function log(text: string, cause?: unknown): void {
  const because = cause instanceof Error ? ` (${cause.message})` : '';
  process.stderr.write(
    `${new Date().toISOString()} ${`${text}${because}`.replaceAll(/\s+/g, ' ')}\n`,
  );
}
