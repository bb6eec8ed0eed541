// A small shop that uses nothing but the browser SDK: /sdk/demo.html?writeKey=…

/* global SNIPPET */
SNIPPET;

const PRODUCTS = [
  ['LW-0101', 'Ethiopia Guji Whole Bean 250 g', 'Coffee', 12.9],
  ['LW-0106', 'Hand Dripper, Ceramic', 'Coffee', 24.9],
  ['LW-0109', 'Burr Grinder, Hand', 'Coffee', 89],
  ['LW-0201', 'Sencha First Flush 100 g', 'Tea', 16.9],
  ['LW-0208', 'Tea Sampler, 12 Tins', 'Tea', 36],
  ['LW-0210', 'Cast Iron Teapot 0.8 l', 'Tea', 59],
  ['LW-0301', 'Speckled Mug 350 ml', 'Mugs & Cups', 16.9],
  ['LW-0303', 'Travel Mug 400 ml', 'Mugs & Cups', 26.9],
].map(([sku, name, category, price]) => ({ sku, name, category, price }));

const $ = (selector) => document.querySelector(selector);
const rapport = () => window.rapport;
const query = new URLSearchParams(location.search);
const euro = (amount) => amount.toLocaleString('en', { style: 'currency', currency: 'EUR' });
const about = ({ sku, name, category, price }) => ({ product_id: sku, sku, name, category, price, currency: 'EUR' });
const cart = new Map();
let cartId = '';

const make = (tag, text, className) => {
  const element = document.createElement(tag);
  if (text) element.textContent = text;
  if (className) element.className = className;
  return element;
};

const total = () => Math.round([...cart].reduce((sum, [p, quantity]) => sum + p.price * quantity, 0) * 100) / 100;
const lines = () => [...cart].map(([p, quantity]) => ({ ...about(p), quantity }));

function drawCart() {
  $('#count').textContent = String([...cart.values()].reduce((a, b) => a + b, 0));
  $('#basket ul').replaceChildren(...[...cart].map(([p, quantity]) => make('li', `${quantity} × ${p.name}, ${euro(p.price * quantity)}`)));
  $('#total').textContent = cart.size ? `Together ${euro(total())}` : 'It is empty.';
  $('#order').disabled = !cart.size;
}

function drawProducts() {
  const category = { coffee: 'Coffee', tea: 'Tea', cups: 'Mugs & Cups' }[location.hash.slice(1)];
  const shown = PRODUCTS.filter((p) => !category || p.category === category);
  document.title = category ? `${category} · Larkspur` : 'Larkspur';
  $('#products').replaceChildren(
    ...shown.map((p) => {
      const item = make('li');
      const picture = make('span', p.name[0], `picture p${PRODUCTS.indexOf(p) % 4}`);
      picture.setAttribute('aria-hidden', 'true');
      const add = make('button', 'Add to cart');
      add.addEventListener('click', () => {
        if (!cart.size) cartId = `cart_${Date.now()}`;
        cart.set(p, (cart.get(p) || 0) + 1);
        drawCart();
        rapport().track('Product Added', { ...about(p), cart_id: cartId, quantity: 1 });
      });
      item.append(picture, make('span', p.name, 'name'), make('span', euro(p.price)), add);
      item.addEventListener('click', (event) => event.target !== add && rapport().track('Product Viewed', about(p)));
      return item;
    }),
  );
  rapport().page('Shop', category || 'Home');
}

function drawWho() {
  const user = window.rapport.user?.();
  $('#who').textContent = user?.id() ? `Hello ${user.traits().first_name || user.id()}` : 'Nobody is signed in';
}

function tell(kind, name, data) {
  const item = make('li', `${kind} ${name || ''}`.trim());
  item.append(make('code', JSON.stringify(data)));
  $('#events').prepend(item);
  while ($('#events').children.length > 30) $('#events').lastChild.remove();
}

window.rapport.load(query.get('writeKey') || 'none', {
  host: location.origin,
  autocapture: { submits: true },
  consent: query.has('consent') ? { required: ['analytics'] } : {},
});
rapport().on('track', (name, data) => tell('track', name, data));
rapport().on('identify', (id, traits) => tell('identify', id, traits));
rapport().on('page', (category, name) => tell('page', [category, name].filter(Boolean).join(' / '), { url: location.href.replace(/\?[^#]*/, '') }));
rapport().on('drop', (count, why) => tell('lost', `${count} events: ${why}`, {}));
rapport().ready(() => {
  drawWho();
  $('#banner').hidden = !query.has('consent') || !!window.rapport.consent();
});
const state = () => ($('#state').textContent = !query.get('writeKey') ? 'Add ?writeKey=… to the address: the key of one of your sources.' : navigator.onLine ? 'Online: events leave at once.' : 'Offline: events wait and leave later.');
addEventListener('online', state);
addEventListener('offline', state);
state();

$('#banner').addEventListener('click', ({ target }) => {
  if (!target.dataset.choice) return;
  rapport().consent({ analytics: target.dataset.choice === 'yes' });
  $('#banner').hidden = true;
});
$('#cart').addEventListener('click', () => {
  $('#basket').showModal();
  rapport().track('Cart Viewed', { cart_id: cartId, products: lines(), value: total(), currency: 'EUR' });
});
$('#shut').addEventListener('click', () => $('#basket').close());
$('#order').addEventListener('click', () => {
  const order_id = `WEB-${Date.now()}`;
  rapport().track('Checkout Started', { order_id, cart_id: cartId, value: total(), currency: 'EUR', products: lines() });
  rapport().track('Order Completed', { order_id, cart_id: cartId, total: total(), revenue: total(), currency: 'EUR', products: lines() });
  cart.clear();
  drawCart();
  $('#basket').close();
  $('#said').textContent = 'Thank you for your order.';
});
document.forms[0].addEventListener('submit', async (event) => {
  event.preventDefault();
  const { first_name, email } = Object.fromEntries(new FormData(event.target));
  if (!/^\S+@\S+\.\S+$/.test(email)) {
    $('#said').textContent = 'Please give an e-mail address, such as ann@example.com.';
    return $('[name=email]').focus();
  }
  await rapport().identify(email.toLowerCase(), { email, ...(first_name && { first_name }) });
  rapport().track('Signed Up', { method: 'email' });
  $('#said').textContent = 'You are signed up.';
  drawWho();
});
$('#out').addEventListener('click', () => {
  rapport().reset();
  $('#said').textContent = 'You are signed out.';
  drawWho();
});
addEventListener('hashchange', drawProducts);
drawCart();
drawProducts();
