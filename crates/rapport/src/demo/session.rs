//! One visit: from the first page to the order, or to nothing.

use rapport_domain::Timestamp;
use rapport_domain::time::{DAY_MS, MINUTE_MS, SECOND_MS};
use serde_json::{Value, json};

use super::ShopEvent;
use super::calendar::{Sale, local_day, sale};
use super::catalogue::{CATEGORIES, PRODUCTS, Product, SEARCHES, product, products_of, slug};
use super::event::{cents, line_items};
use super::people::{COMPANIES, Habit, Line, Person};
use super::rng::Rng;

/// A visit under way.
pub(super) struct Session<'a> {
    pub(super) seed: u64,
    pub(super) person: &'a mut Person,
    pub(super) rng: Rng,
    pub(super) at: Timestamp,
    pub(super) device: usize,
    /// The campaign that brought the visitor, by channel.
    pub(super) campaign: Option<usize>,
    /// Also passers-by may sign up.
    pub(super) open_door: bool,
    pub(super) out: &'a mut Vec<ShopEvent>,
    pub(super) path: String,
    pub(super) title: String,
    pub(super) sale: Option<Sale>,
}

/// Plays one visit that begins at `at` and adds its events to `out`, later ones (returns, reviews) included.
pub(super) fn visit(
    seed: u64,
    person: &mut Person,
    mut rng: Rng,
    at: Timestamp,
    open_door: bool,
    out: &mut Vec<ShopEvent>,
) {
    let device = usize::from(rng.chance(0.3));
    let first = person.visits == 0;
    let campaign = if first {
        Some(person.channel)
    } else if person.newsletter && rng.chance(0.25) {
        Some(4)
    } else {
        rng.chance(0.2).then(|| 1 + rng.weighted(&[5.0, 3.0, 2.0]))
    };
    let sale = sale(local_day(person.zone(), at));
    person.visits += 1;
    let mut session = Session {
        seed,
        person,
        rng,
        at,
        device,
        campaign,
        open_door,
        out,
        path: String::new(),
        title: String::new(),
        sale,
    };
    session.run();
}

impl Session<'_> {
    fn run(&mut self) {
        self.land();
        if self.person.known && !self.person.signed_in[self.device] && self.rng.chance(0.8) {
            self.sign_in();
        }
        if !self.person.cart.is_empty() {
            if self.rng.chance(0.35) {
                self.go_to_cart();
            } else if self.rng.chance(0.5) {
                self.person.cart.clear();
            }
        }
        let left_from_before = self.person.cart.len();
        let looks = if self.person.habit == Habit::Passer { self.rng.range(0, 4) } else { self.rng.range(1, 8) };
        for _ in 0..looks {
            self.look();
        }
        if !self.person.newsletter && self.rng.chance(0.07) {
            self.subscribe();
        }
        let eager = self.person.visits >= 3 || self.rng.chance(0.35);
        if !self.person.known && self.may_sign_up() && self.person.habit != Habit::Passer && eager {
            self.sign_up();
        }
        if self.person.cart.len() > left_from_before && self.rng.chance(0.75) {
            self.go_to_cart();
        }
        if self.person.known && self.rng.chance(0.008) {
            self.ask_support();
        }
    }

    fn may_sign_up(&self) -> bool {
        self.open_door || self.person.habit != Habit::Passer
    }

    /// Lets some seconds pass.
    pub(super) fn pause(&mut self, from_s: i64, to_s: i64) {
        self.at = self.at.plus_ms(self.rng.range(from_s * SECOND_MS, to_s * SECOND_MS));
    }

    fn land(&mut self) {
        let (path, title) = match self.rng.weighted(&[5.0, 2.0, 2.0, 1.0]) {
            0 => ("/".to_owned(), "Larkspur: good things for kitchen and home".to_owned()),
            1 => {
                let category = CATEGORIES[self.person.taste].name;
                (format!("/{}", slug(category)), category.to_owned())
            }
            2 => {
                let seen = self.any_product();
                (seen.path(), seen.name.to_owned())
            }
            _ => ("/journal/how-to-season-cast-iron".to_owned(), "How to season cast iron".to_owned()),
        };
        (self.path, self.title) = (path, title);
        self.page();
    }

    /// A product the visitor may like: mostly of the favourite category, the first ones of each more often.
    fn any_product(&mut self) -> Product {
        let category = if self.rng.chance(0.55) { self.person.taste } else { self.rng.range(0, 10) as usize };
        let place = self.rng.range(0, 12).min(self.rng.range(0, 12)) as usize;
        products_of(category).nth(place).unwrap_or_else(|| product(self.rng.next() as usize % PRODUCTS))
    }

    fn look(&mut self) {
        self.pause(9, 75);
        match self.rng.weighted(&[0.22, 0.10, 0.68]) {
            0 => {
                let index = if self.rng.chance(0.5) { self.person.taste } else { self.rng.range(0, 10) as usize };
                let category = &CATEGORIES[index];
                self.path = format!("/{}", slug(category.name));
                self.title = category.name.to_owned();
                self.page();
                let shown: Vec<Value> = products_of(index)
                    .take(4)
                    .enumerate()
                    .map(|(i, p)| json!({ "product_id": p.sku(), "name": p.name, "price": cents(p.cents), "position": i + 1 }))
                    .collect();
                let list = json!({ "list_id": slug(category.name), "category": category.name, "products": shown });
                self.track("Product List Viewed", list);
            }
            1 => {
                let query = *self.rng.pick(&SEARCHES);
                self.path = format!("/search?q={}", slug(query));
                self.title = "Search".to_owned();
                let results = self.rng.range(0, 24);
                self.track("Products Searched", json!({ "query": query, "results": results }));
            }
            _ => self.view_product(),
        }
    }

    fn view_product(&mut self) {
        let seen = self.any_product();
        self.path = seen.path();
        self.title = seen.name.to_owned();
        let mut properties = self.product_properties(seen);
        properties["url"] = json!(format!("https://larkspur.example.com{}", seen.path()));
        self.track("Product Viewed", properties);
        let appetite = self.person.habit.appetite() * if self.sale.is_some() { 1.3 } else { 1.0 };
        if !self.rng.chance(appetite) {
            return;
        }
        self.pause(4, 40);
        if self.person.cart.is_empty() {
            self.person.carts += 1;
        }
        let quantity = if self.rng.chance(0.8) { 1 } else { self.rng.range(2, 5) };
        self.person.cart.push(Line { product: seen.index, quantity });
        let mut added = self.product_properties(seen);
        added["cart_id"] = json!(self.cart_id());
        added["quantity"] = json!(quantity);
        self.track("Product Added", added);
    }

    fn product_properties(&self, p: Product) -> Value {
        json!({
            "product_id": p.sku(),
            "sku": p.sku(),
            "name": p.name,
            "category": p.category,
            "brand": p.brand,
            "price": cents(p.cents),
            "currency": "EUR",
        })
    }

    fn cart_id(&self) -> String {
        format!("cart_{}_{}", self.person.number + 10_001, self.person.carts)
    }

    /// The cart, and with luck the checkout and the order.
    fn go_to_cart(&mut self) {
        self.pause(8, 60);
        (self.path, self.title) = ("/cart".to_owned(), "Your cart".to_owned());
        if self.person.cart.len() > 1
            && self.rng.chance(0.08)
            && let Some(line) = self.person.cart.pop()
        {
            let mut removed = self.product_properties(product(line.product));
            removed["cart_id"] = json!(self.cart_id());
            removed["quantity"] = json!(line.quantity);
            self.track("Product Removed", removed);
            self.pause(3, 20);
        }
        let items = line_items(&self.person.cart);
        let value = cents(self.goods_cents());
        let cart = json!({ "cart_id": self.cart_id(), "products": items, "value": value, "currency": "EUR" });
        self.track("Cart Viewed", cart);
        if !self.rng.chance(0.62) {
            return;
        }
        self.pause(10, 60);
        if !self.person.known {
            if !self.may_sign_up() || !self.rng.chance(0.7) {
                return;
            }
            self.sign_up();
        } else if !self.person.signed_in[self.device] {
            self.sign_in();
        }
        self.check_out();
    }

    fn goods_cents(&self) -> i64 {
        self.person.cart.iter().map(|line| product(line.product).cents * line.quantity).sum()
    }

    fn check_out(&mut self) {
        (self.path, self.title) = ("/checkout".to_owned(), "Checkout".to_owned());
        self.pause(5, 30);
        let order_id = format!("LW{:05}-{:03}", self.person.number + 10_001, self.person.orders + 1);
        let items = line_items(&self.person.cart);
        let goods = self.goods_cents();
        let started = json!({
            "order_id": order_id, "cart_id": self.cart_id(), "value": cents(goods), "currency": "EUR", "products": items,
        });
        self.track("Checkout Started", started);
        if !self.rng.chance(0.8) {
            return;
        }
        self.pause(40, 240);
        let coupon = self.sale.filter(|_| self.rng.chance(0.7));
        let discount = coupon.map_or(0, |sale| goods * sale.percent / 100);
        let shipping = if goods - discount >= 5000 || self.person.plus { 0 } else { 490 };
        let total = goods - discount + shipping;
        let payment = *self.rng.pick(&["card", "card", "paypal", "bank_transfer", "apple_pay"]);
        let mut order = json!({
            "order_id": order_id,
            "cart_id": self.cart_id(),
            "total": cents(total),
            "revenue": cents(goods - discount),
            "discount": cents(discount),
            "shipping": cents(shipping),
            "tax": cents(total * 19 / 119),
            "currency": "EUR",
            "payment_method": payment,
            "products": items,
        });
        if let Some(sale) = coupon {
            order["coupon"] = json!(sale.code);
        }
        (self.path, self.title) = ("/checkout/thank-you".to_owned(), "Thank you".to_owned());
        self.track("Order Completed", order);
        let bought = std::mem::take(&mut self.person.cart);
        self.person.orders += 1;
        self.afterwards(&order_id, total, &bought);
    }

    /// What follows an order days later: returns, reviews, the paid plan.
    fn afterwards(&mut self, order_id: &str, total: i64, bought: &[Line]) {
        let days = |rng: &mut Rng, from: i64, to: i64| rng.range(from * DAY_MS, to * DAY_MS);
        if self.rng.chance(0.06) {
            let later = self.at.plus_ms(days(&mut self.rng, 4, 21));
            let whole = self.rng.chance(0.5);
            let part = bought.first().map_or(total, |line| product(line.product).cents.min(total));
            let reason = *self.rng.pick(&["too small", "damaged", "changed my mind", "wrong colour", "arrived late"]);
            let refund = if whole { total } else { part };
            let about = json!({ "order_id": order_id, "total": cents(refund), "currency": "EUR", "reason": reason });
            self.track_from_server("Order Refunded", about, later);
        }
        if let Some(line) = bought.first().filter(|_| self.rng.chance(0.09)) {
            let later = self.at.plus_ms(days(&mut self.rng, 6, 25));
            let reviewed = product(line.product);
            let rating = 1 + self.rng.weighted(&[0.04, 0.05, 0.11, 0.3, 0.5]);
            let body = *self.rng.pick(REVIEWS[rating - 1]);
            let review =
                json!({ "product_id": reviewed.sku(), "name": reviewed.name, "rating": rating, "review_body": body });
            self.track_from_server("Product Reviewed", review, later);
        }
        if self.person.orders >= 3 && !self.person.plus && self.rng.chance(0.3) {
            self.person.plus = true;
            let later = self.at.plus_ms(self.rng.range(MINUTE_MS, 60 * MINUTE_MS));
            self.identify_from_server(json!({ "plan": "plus" }), later);
            self.track_from_server(
                "Subscription Started",
                json!({ "plan": "plus", "price": 29.0, "currency": "EUR" }),
                later,
            );
        }
    }

    fn sign_in(&mut self) {
        self.pause(5, 25);
        (self.path, self.title) = ("/account/sign-in".to_owned(), "Sign in".to_owned());
        self.person.signed_in[self.device] = true;
        let traits = self.person.traits(self.at);
        self.identify(traits, true);
        self.track("Signed In", json!({ "method": "password" }));
    }

    fn sign_up(&mut self) {
        self.pause(20, 90);
        (self.path, self.title) = ("/account/new".to_owned(), "Create your account".to_owned());
        self.person.known = true;
        self.person.signed_in[self.device] = true;
        let wants_news = !self.person.newsletter && self.rng.chance(0.4);
        self.person.newsletter |= wants_news;
        let traits = self.person.traits(self.at);
        self.identify(traits, true);
        self.track("Signed Up", json!({ "method": "email" }));
        if wants_news {
            self.subscribed("sign-up");
        }
        if let Some(company) = self.person.company {
            let (name, industry, employees) = COMPANIES[company];
            let traits = json!({ "name": name, "industry": industry, "employees": employees });
            self.group(&format!("acct_{}", slug(name)), traits);
        }
    }

    /// The form at the foot of the page: an address, often before there is an account.
    fn subscribe(&mut self) {
        self.pause(5, 30);
        self.person.newsletter = true;
        let mut traits = json!({ "email": self.person.email(), "newsletter": true });
        traits["first_name"] = json!(self.person.first_name());
        let signed_in = self.person.signed_in[self.device];
        self.identify(traits, signed_in);
        self.subscribed("footer");
    }

    /// Says so, with the consent it gives; some think better of it later.
    fn subscribed(&mut self, form: &str) {
        self.track_consent("Newsletter Subscribed", json!({ "list": "newsletter", "form": form }));
        if self.person.known && self.rng.chance(0.08) {
            let later = self.at.plus_ms(self.rng.range(10 * DAY_MS, 150 * DAY_MS));
            self.track_from_server("Unsubscribed", json!({ "channel": "email", "topic": "newsletter" }), later);
        }
    }

    fn ask_support(&mut self) {
        let later = self.at.plus_ms(self.rng.range(10 * MINUTE_MS, 2 * DAY_MS));
        let topic = *self.rng.pick(&["delivery", "return", "invoice", "product question", "account"]);
        let priority = *self.rng.pick(&["low", "normal", "normal", "high"]);
        let ticket = json!({ "ticket_id": format!("T{}-{}", self.person.number + 10_001, self.person.events), "topic": topic, "priority": priority });
        self.track_from_server("Support Ticket Opened", ticket, later);
    }
}

/// What reviews say, from one star to five.
const REVIEWS: [&[&str]; 5] = [
    &["Broke within a week.", "Not what the picture shows.", "Arrived chipped, and nobody answered."],
    &["Smaller than I thought.", "Nice idea, poor finish."],
    &["Does what it should.", "Good, but pricey.", "Took two weeks to arrive."],
    &["Very happy with it.", "Lovely, though the box was dented.", "Good quality, would buy again."],
    &[
        "Beautiful, and it feels solid.",
        "My favourite thing in the kitchen.",
        "A perfect gift.",
        "Even better than expected.",
    ],
];
