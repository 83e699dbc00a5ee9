import { spawn } from 'node:child_process';

/** Opens a URL in the browser of whoever sits here, where there is one. */
export function browse(url: string, env: Readonly<Record<string, string | undefined>>): void {
  const hasDesktop = process.platform === 'darwin' || env['DISPLAY'] || env['WAYLAND_DISPLAY'];
  if (!hasDesktop || !/^https?:\/\//.test(url)) return;
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  const browser = spawn(opener, [url], { stdio: 'ignore', detached: true });
  // The URL has been printed; no browser is no failure.
  browser.once('error', () => undefined);
  browser.unref();
}
