// A cart is a Map from product id to quantity. In a cookie it reads `3x2.5x1`: product 3 twice, product 5 once.
const mostProducts = 50;
const mostOfOne = 99;

/** Whatever a browser sends becomes a valid cart: what makes no sense is left out. */
export function readCart(text = '') {
  const cart = new Map();
  for (const part of text.slice(0, 2_000).split('.')) {
    const [, product, quantity] = /^(\d{1,12})x(\d{1,2})$/.exec(part) ?? [];
    if (Number(quantity) > 0 && cart.size < mostProducts) cart.set(product, Number(quantity));
  }
  return cart;
}

export function writeCart(cart) {
  return Array.from(cart, ([product, quantity]) => `${product}x${quantity}`).join('.');
}

/** A new cart with that many more of a product; with none left the product is gone. */
export function addToCart(cart, product, quantity) {
  const changed = new Map(cart);
  const sum = Math.min(mostOfOne, (cart.get(product) ?? 0) + quantity);
  if (sum > 0) changed.set(product, sum);
  else changed.delete(product);
  return changed.size > mostProducts ? cart : changed;
}

/** `[{ product, quantity }]` of an API call as a cart; null when it is not that. */
export function cartOfItems(items) {
  if (!Array.isArray(items) || items.length === 0 || items.length > mostProducts) return null;
  const cart = new Map();
  for (const item of items) {
    const { product, quantity } = item ?? {};
    if (!/^\d{1,12}$/.test(String(product))) return null;
    if (!Number.isInteger(quantity) || quantity < 1 || quantity > mostOfOne) return null;
    if (cart.has(String(product))) return null;
    cart.set(String(product), quantity);
  }
  return cart;
}
