import type { ComponentChildren } from 'preact';
import { useId } from 'preact/hooks';

interface PanelProps {
  title: string;
  /** Verbs and links, at the right of the title. */
  verbs?: ComponentChildren;
  wide?: boolean;
  children: ComponentChildren;
}

/** A part of a screen under its own heading. */
export function Panel({ title, verbs, wide = false, children }: PanelProps) {
  const id = useId();
  return (
    <section class={wide ? 'panel wide' : 'panel'} aria-labelledby={id}>
      <header>
        <h2 id={id}>{title}</h2>
        {verbs && <div class="verbs">{verbs}</div>}
      </header>
      {children}
    </section>
  );
}
