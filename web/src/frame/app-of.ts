/** The app an address of the dashboard is about; null: about none. */
export function appOf(path: string): string | null {
  const name = /^\/apps\/([^/]+)/.exec(path)?.[1];
  try {
    return name === undefined ? null : decodeURIComponent(name);
  } catch {
    return null;
  }
}
