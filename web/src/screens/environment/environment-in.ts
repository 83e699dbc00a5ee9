/**
 * The environment that an address of this screen names. Read from the address as it stands: the router decodes part of
 * it, and a branch may be called `100%` or `a%2Fb`.
 */
export function environmentIn(pathname: string): string {
  const name = pathname.split('/')[4] ?? '';
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
