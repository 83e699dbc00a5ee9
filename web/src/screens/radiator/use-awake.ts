import { useEffect } from 'preact/hooks';

const hourMs = 3_600_000;
/** Of this machine's clock; nobody looks then. */
const quietHour = 4;

/** The screen stays on where the browser knows how, and once a night takes a newer dashboard, if there is one. */
export function useAwake(): void {
  useEffect(() => {
    // A screen that was hidden has let it go.
    const hold = (): void => {
      if (!document.hidden) navigator.wakeLock?.request('screen').catch(() => undefined);
    };
    hold();
    document.addEventListener('visibilitychange', hold);
    const before = served();
    const timer = setInterval(() => {
      if (new Date().getHours() === quietHour) void renew(before);
    }, hourMs);
    return () => {
      document.removeEventListener('visibilitychange', hold);
      clearInterval(timer);
    };
  }, []);
}

async function renew(before: Promise<string>): Promise<void> {
  const [old, now] = await Promise.all([before, served()]);
  if (old && now && old !== now) location.reload();
}

/** The page, which names its scripts and styles by what is in them. Empty: it was not to be had. */
const served = (): Promise<string> =>
  fetch('/radiator', { cache: 'no-cache' }).then(
    (reply) => (reply.ok ? reply.text() : ''),
    () => '',
  );
