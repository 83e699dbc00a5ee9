import { Link } from 'wouter-preact';

interface TabsProps {
  label: string;
  tabs: readonly (readonly [words: string, href: string, isHere: boolean])[];
}

/** Parts of a screen with addresses of their own. */
export const Tabs = ({ label, tabs }: TabsProps) => (
  <nav class="tabs" aria-label={label}>
    {tabs.map(([words, href, isHere]) => (
      <Link key={href} href={href} aria-current={isHere ? 'page' : undefined}>
        {words}
      </Link>
    ))}
  </nav>
);
