//! Events as Segment's libraries write them.

use rapport_domain::Timestamp;
use serde_json::{Map, Value, json};

use super::ShopEvent;
use super::catalogue::product;
use super::people::{CHANNELS, DEVICES, Line};
use super::session::Session;

/// An amount in euros.
pub(super) fn cents(cents: i64) -> f64 {
    cents as f64 / 100.0
}

/// The products of a cart.
pub(super) fn line_items(lines: &[Line]) -> Vec<Value> {
    let item = |line: &Line| {
        let p = product(line.product);
        json!({
            "product_id": p.sku(),
            "name": p.name,
            "brand": p.brand,
            "category": p.category,
            "price": cents(p.cents),
            "quantity": line.quantity,
        })
    };
    lines.iter().map(item).collect()
}

impl Session<'_> {
    pub(super) fn page(&mut self) {
        let properties = json!({
            "path": self.path, "title": self.title, "url": self.url(), "referrer": self.referrer(),
        });
        let mut body = self.browser_item("page");
        body.insert("name".into(), json!(self.title));
        body.insert("properties".into(), properties);
        self.push(body, self.at);
    }

    pub(super) fn track(&mut self, name: &str, properties: Value) {
        let mut body = self.browser_item("track");
        body.insert("event".into(), json!(name));
        body.insert("properties".into(), properties);
        self.push(body, self.at);
    }

    /// The same, with consent to the newsletter.
    pub(super) fn track_consent(&mut self, name: &str, properties: Value) {
        let mut body = self.browser_item("track");
        body.insert("event".into(), json!(name));
        body.insert("properties".into(), properties);
        if let Some(context) = body.get_mut("context") {
            context["consent"] = json!({ "topics": { "email": { "newsletter": true } } });
        }
        self.push(body, self.at);
    }

    /// States traits; `known` says whether the account is named, or only the address typed into a form.
    pub(super) fn identify(&mut self, traits: Value, known: bool) {
        let mut body = self.browser_item("identify");
        if known {
            body.insert("userId".into(), json!(self.person.user_id()));
        }
        body.insert("traits".into(), traits);
        self.push(body, self.at);
    }

    pub(super) fn group(&mut self, group_id: &str, traits: Value) {
        let mut body = self.browser_item("group");
        body.insert("groupId".into(), json!(group_id));
        body.insert("traits".into(), traits);
        self.push(body, self.at);
    }

    pub(super) fn track_from_server(&mut self, name: &str, properties: Value, at: Timestamp) {
        let mut body = self.server_item("track");
        body.insert("event".into(), json!(name));
        body.insert("properties".into(), properties);
        self.push(body, at);
    }

    pub(super) fn identify_from_server(&mut self, traits: Value, at: Timestamp) {
        let mut body = self.server_item("identify");
        body.insert("traits".into(), traits);
        self.push(body, at);
    }

    fn push(&mut self, mut body: Map<String, Value>, at: Timestamp) {
        self.person.events += 1;
        let id = format!("demo-{:x}-{}-{}", self.seed & 0xffff, self.person.number, self.person.events);
        body.insert("messageId".into(), json!(id));
        body.insert("timestamp".into(), json!(at.to_rfc3339()));
        self.out.push(ShopEvent { at, body: Value::Object(body) });
    }

    fn server_item(&self, kind: &str) -> Map<String, Value> {
        let mut body = Map::new();
        body.insert("type".into(), json!(kind));
        body.insert("userId".into(), json!(self.person.user_id()));
        body.insert("context".into(), json!({ "library": { "name": "@segment/analytics-node", "version": "2.3.0" } }));
        body
    }

    fn browser_item(&self, kind: &str) -> Map<String, Value> {
        let device = &DEVICES[self.person.devices[self.device]];
        let slot = usize::from(self.person.devices[0] != self.person.devices[1]) * self.device;
        let mut context = json!({
            "ip": format!("203.0.113.{}", self.person.number % 254 + 1),
            "locale": self.person.country().locale,
            "timezone": self.person.zone(),
            "userAgent": device.agent,
            "device": { "type": device.kind },
            "os": { "name": device.os },
            "browser": { "name": device.browser },
            "screen": { "width": device.screen.0, "height": device.screen.1 },
            "page": { "path": self.path, "title": self.title, "url": self.url(), "referrer": self.referrer() },
            "library": { "name": "analytics.js", "version": "next-1.81.0" },
        });
        if let Some(channel) = self.campaign.map(|c| &CHANNELS[c]).filter(|c| !c.source.is_empty()) {
            // In a sale week the sale itself is what the mails and ads are about.
            let name = self.sale.map_or(channel.campaign, |sale| sale.code);
            context["campaign"] = json!({ "source": channel.source, "medium": channel.medium, "name": name });
        }
        let mut body = Map::new();
        body.insert("type".into(), json!(kind));
        body.insert("anonymousId".into(), json!(self.person.anonymous_id(self.seed, slot)));
        if self.person.known && self.person.signed_in[self.device] {
            body.insert("userId".into(), json!(self.person.user_id()));
        }
        body.insert("context".into(), context);
        body
    }

    fn url(&self) -> String {
        format!("https://larkspur.example.com{}", self.path)
    }

    fn referrer(&self) -> &'static str {
        self.campaign.map_or("", |c| CHANNELS[c].referrer)
    }
}
