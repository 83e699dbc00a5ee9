import { money } from './money.js';

const { SHOP_NAME = 'The shop' } = process.env;
const { SIGNALBOX_ENVIRONMENT, SIGNALBOX_BRANCH, SIGNALBOX_COMMIT } = process.env;

/** The only page: what there is to buy, what is in the cart, what was ordered lately. */
export function page({ products, counts, latest }, cart) {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${html(SHOP_NAME)}</title>
<style>${style}</style>
<header>
  <h1>${html(SHOP_NAME)}</h1>
  <p>${counts.products} products · ${counts.orders} orders</p>
</header>
<main>
  <ul class="products">${products.map(productCard).join('')}</ul>
  <aside>${cartBox(products, cart)}${ordersBox(latest)}</aside>
</main>
<footer>${whereabouts()}</footer>
</html>
`;
}

function productCard({ id, name, description, price_cents }) {
  return `
    <li>
      <h2>${html(name)}</h2>
      <p>${html(description)}</p>
      <form method="post" action="/cart">
        <input type="hidden" name="product" value="${html(id)}">
        <strong>${money(price_cents)}</strong> <button>Into the cart</button>
      </form>
    </li>`;
}

function cartBox(products, cart) {
  const lines = products.filter(({ id }) => cart.has(id));
  if (lines.length === 0) return '<section><h2>Cart</h2><p>Nothing yet.</p></section>';
  const total = lines.reduce((sum, { id, price_cents }) => sum + price_cents * cart.get(id), 0);
  const items = lines.map(({ id, name }) => `<li>${cart.get(id)} × ${html(name)}</li>`).join('');
  return `
  <section>
    <h2>Cart</h2>
    <ul>${items}</ul>
    <form method="post" action="/orders"><strong>${money(total)}</strong> <button>Order</button></form>
  </section>`;
}

function ordersBox(latest) {
  const line = ({ id, status, total_cents }) => `<li>#${html(id)} · ${money(total_cents)} · ${html(status)}</li>`;
  return latest.length === 0 ? '' : `<section><h2>Lately</h2><ul>${latest.map(line).join('')}</ul></section>`;
}

function whereabouts() {
  if (!SIGNALBOX_ENVIRONMENT) return 'Running on its own.';
  const commit = SIGNALBOX_COMMIT ? `commit <code>${html(SIGNALBOX_COMMIT.slice(0, 12))}</code>` : '';
  const branch = SIGNALBOX_BRANCH ? `branch <code>${html(SIGNALBOX_BRANCH)}</code>` : '';
  return [`environment <code>${html(SIGNALBOX_ENVIRONMENT)}</code>`, branch, commit].filter(Boolean).join(' · ');
}

function html(text) {
  const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return String(text).replaceAll(/[&<>"']/g, (character) => entities[character]);
}

const style = `
  :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); }
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 0 auto; padding: 1.5rem; }
  header { display: flex; justify-content: space-between; align-items: baseline; border-bottom: 1px solid var(--line); }
  h1 { margin: 0 0 .5rem; } h2 { margin: 0; font-size: 1.05rem; }
  main { display: grid; grid-template-columns: 1fr 16rem; gap: 2rem; margin: 1.5rem 0; }
  ul { list-style: none; margin: 0; padding: 0; }
  .products { display: grid; grid-template-columns: repeat(auto-fill, minmax(13rem, 1fr)); gap: 1rem; }
  .products li, section { border: 1px solid var(--line); border-radius: .6rem; padding: 1rem; }
  section { margin-bottom: 1rem; } form { display: flex; justify-content: space-between; align-items: center; }
  button { font: inherit; border: 0; border-radius: .4rem; padding: .3rem .8rem; background: #14532d; color: #fff; }
  footer { border-top: 1px solid var(--line); padding-top: .5rem; font-size: .85rem; }
  @media (max-width: 40rem) { main { grid-template-columns: 1fr; } }
`;
