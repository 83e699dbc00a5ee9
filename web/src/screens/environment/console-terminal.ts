import { FitAddon } from '@xterm/addon-fit';
import { Terminal } from '@xterm/xterm';
import '@xterm/xterm/css/xterm.css';
import { consoleColours } from './console-colours.ts';
import { consoleSocket, type ConsoleState, type ConsoleWish } from './console-socket.ts';

export interface ConsoleTerminal {
  /** What runs there ends; what it printed can still be read. */
  end(): void;
  /** Ends, and leaves nothing on the page. Repeatable. */
  close(): void;
}

interface Opening {
  wish: ConsoleWish;
  tell: (state: ConsoleState) => void;
}

/** A terminal in this box, with its other end in an environment. */
export function consoleTerminal(box: HTMLElement, { wish, tell }: Opening): ConsoleTerminal {
  const terminal = new Terminal({
    cursorBlink: !matchMedia('(prefers-reduced-motion: reduce)').matches,
    fontFamily: getComputedStyle(box).getPropertyValue('--mono'),
    fontSize: 13,
    minimumContrastRatio: 4.5,
    screenReaderMode: wish.isForEars,
    scrollback: 10_000,
  });
  const stopColours = consoleColours(terminal, box);
  terminal.open(box);
  const fit = new FitAddon();
  terminal.loadAddon(fit);
  fit.fit();
  const socket = consoleSocket({
    wish,
    size: { columns: terminal.cols, rows: terminal.rows },
    tell(state) {
      terminal.options.disableStdin = state.is !== 'open';
      tell(state);
      if (state.is === 'open') terminal.focus();
    },
    print: printer(terminal),
  });
  terminal.onData((text) => socket.send(new TextEncoder().encode(text)));
  terminal.onBinary((text) => socket.send(Uint8Array.from(text, (one) => one.charCodeAt(0))));
  terminal.onResize(({ cols: columns, rows }) => socket.resize({ columns, rows }));
  terminal.attachCustomKeyEventHandler((event) => isForTerminal(event, terminal));
  const observer = new ResizeObserver(() => fit.fit());
  observer.observe(box);
  return {
    end: socket.end,
    close() {
      observer.disconnect();
      stopColours();
      socket.end();
      terminal.dispose();
    },
  };
}

/** What xterm.js has not drawn yet; with 50 MB of it, it gives up. */
const muchBytes = 8_000_000;

/** Nobody can read faster than the browser draws: a browser's WebSocket cannot wait, so what is too much is left out. */
function printer(terminal: Terminal): (bytes: Uint8Array) => void {
  let waitingBytes = 0;
  let leftOutBytes = 0;
  return (bytes) => {
    if (waitingBytes > muchBytes) {
      leftOutBytes += bytes.length;
      return;
    }
    if (leftOutBytes > 0)
      terminal.write(`\r\n[${leftOutBytes} bytes came too fast to be shown]\r\n`);
    leftOutBytes = 0;
    waitingBytes += bytes.length;
    terminal.write(bytes, () => void (waitingBytes -= bytes.length));
  };
}

/** All keys are, but for those that people copy and paste with everywhere, and one that leads out. */
function isForTerminal(event: KeyboardEvent, terminal: Terminal): boolean {
  const key = event.key.toLowerCase();
  if (event.type !== 'keydown') return true;
  if (key === 'f6' && event.shiftKey) {
    document.querySelector<HTMLElement>('#console-end')?.focus();
    event.preventDefault();
    return false;
  }
  if (!event.ctrlKey || event.altKey || event.metaKey) return true;
  // The browser does it itself, once nobody keeps it from doing so.
  if (key === 'v') return false;
  return !(key === 'c' && terminal.hasSelection());
}
