//! What the text messages of a simulation would cost: each is made for its customer, as it would be, and counted.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use rapport_delivery::channels::compose::{Composition, shorten};
use rapport_delivery::channels::{Content, has_media, text_price};
use rapport_delivery::core::cost::Micros;
use rapport_delivery::core::sms::segments;
use rapport_delivery::tracking::links::Links;
use rapport_delivery::{ChannelSpec, LiveChannel, LiveTemplate, NoSources, SettingsSpec, Tokens};
use rapport_domain::{MessageChannel, OutboundMessage, Profile, Resource, ResourceKind, Timestamp, WorkspaceId};
use serde::Serialize;

use crate::shared::Shared;

/// Where links lead when the workspace does not say where customers reach it: about as long as a real place.
const BASE: &str = "https://news.example.com";

/// What text messages to one country come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CountryCost {
    /// Messages.
    pub messages: u64,
    /// Segments paid for.
    pub segments: u64,
    /// What they cost, by currency (ISO 4217; empty when the channel does not say), as decimal numbers.
    pub amounts: BTreeMap<String, String>,
    /// Of the messages, those whose price nobody said.
    pub unpriced: u64,
    #[serde(skip)]
    exact: BTreeMap<String, Micros>,
}

/// What text messages come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct TextCost {
    /// Segments paid for.
    pub segments: u64,
    /// What they cost, by currency, as decimal numbers; without what is unpriced.
    pub amounts: BTreeMap<String, String>,
    /// Messages whose price nobody said: the channel names none for the country.
    pub unpriced: u64,
    /// Messages that could not be made, such as those of a template that is not live; they are not counted here otherwise.
    pub unmade: u64,
    /// By country of the recipient (ISO 3166); `?` when the number does not tell.
    pub countries: BTreeMap<String, CountryCost>,
    #[serde(skip)]
    exact: BTreeMap<String, Micros>,
}

fn add_up(into: &mut BTreeMap<String, Micros>, shown: &mut BTreeMap<String, String>, more: &BTreeMap<String, Micros>) {
    for (currency, amount) in more {
        let sum = into.entry(currency.clone()).or_default();
        *sum = Micros(sum.0.saturating_add(amount.0));
        shown.insert(currency.clone(), sum.to_string());
    }
}

impl TextCost {
    /// Adds what others come to.
    pub fn merge(&mut self, other: &TextCost) {
        self.segments += other.segments;
        self.unpriced += other.unpriced;
        self.unmade += other.unmade;
        add_up(&mut self.exact, &mut self.amounts, &other.exact);
        for (country, theirs) in &other.countries {
            let mine = self.countries.entry(country.clone()).or_default();
            mine.messages += theirs.messages;
            mine.segments += theirs.segments;
            mine.unpriced += theirs.unpriced;
            add_up(&mut mine.exact, &mut mine.amounts, &theirs.exact);
        }
    }

    /// One message of so many segments.
    fn one(country: Option<&str>, segments: u64, price: Option<(Micros, String)>) -> Self {
        let unpriced = u64::from(price.is_none());
        let exact: BTreeMap<String, Micros> =
            price.into_iter().map(|(segment, currency)| (currency, segment.times(segments))).collect();
        let amounts: BTreeMap<String, String> = exact.iter().map(|(c, a)| (c.clone(), a.to_string())).collect();
        let to = CountryCost { messages: 1, segments, amounts: amounts.clone(), unpriced, exact: exact.clone() };
        let countries = BTreeMap::from([(country.unwrap_or("?").to_owned(), to)]);
        TextCost { segments, amounts, unpriced, unmade: 0, countries, exact }
    }
}

/// Makes text messages and counts them.
pub(crate) struct TextCounter {
    templates: HashMap<String, LiveTemplate>,
    channels: Vec<Arc<LiveChannel>>,
    tokens: Tokens,
}

impl TextCounter {
    /// By a workspace's live documents.
    pub(crate) fn new(shared: &Shared, ws: WorkspaceId, live: &[Resource]) -> Self {
        let is_text = |spec: &rapport_delivery::TemplateSpec| spec.channel == MessageChannel::Sms.as_str();
        let library = crate::wiring::library(shared, ws).unwrap_or_default();
        let mut counter = TextCounter {
            templates: HashMap::new(),
            channels: Vec::new(),
            tokens: Tokens::new(b"links of a simulation lead nowhere"),
        };
        for document in live {
            match document.kind {
                ResourceKind::Template => {
                    let made = LiveTemplate::prepare_in(&document.id, document.version, &document.spec, &library);
                    if let Some(template) = made.ok().filter(|t| is_text(&t.spec)) {
                        counter.templates.insert(document.id.clone(), template);
                    }
                }
                ResourceKind::Channel => {
                    let opened = shared.stores.vault().opened(ws, ResourceKind::Channel, &document.id, &document.spec);
                    let spec = opened.ok().and_then(|spec| ChannelSpec::validate(&spec).ok());
                    if let Some(spec) = spec.filter(|s| s.carries(MessageChannel::Sms.as_str())) {
                        let (id, version) = (document.id.clone(), document.version);
                        counter.channels.push(Arc::new(LiveChannel { id, version, spec }));
                    }
                }
                _ => {}
            }
        }
        counter
    }

    /// What one message comes to, when it is a text message.
    pub(crate) fn cost(
        &self,
        message: &OutboundMessage,
        profile: &Profile,
        settings: &SettingsSpec,
        country: Option<&str>,
        now: Timestamp,
    ) -> Option<TextCost> {
        if message.channel != MessageChannel::Sms.as_str() {
            return None;
        }
        let unmade = TextCost { unmade: 1, ..TextCost::default() };
        let Some(template) = self.templates.get(&message.template) else { return Some(unmade) };
        let links = Links {
            tokens: &self.tokens,
            base: settings.public_url.as_deref().unwrap_or(BASE),
            workspace: message.workspace,
            message: message.id,
            profile: profile.id,
        };
        let composition = Composition {
            template,
            message,
            profile,
            settings,
            links: &links,
            now,
            sources: &NoSources,
            notes_missing: false,
        };
        let Ok(mut content) = composition.compose() else { return Some(unmade) };
        if template.spec.track_clicks {
            drop(shorten(&mut content, &message.channel, &links));
        }
        let Content::Other(members) = &content else { return Some(unmade) };
        let count = segments(members["body"].as_str().unwrap_or_default()).segments as u64;
        // A message with media is paid for as one, whatever its text.
        let (media, paid) = if has_media(members) { (true, 1) } else { (false, count) };
        Some(TextCost::one(country, paid, text_price(&self.channels, country, message.id, media)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_add_up_by_country_and_currency_and_unknown_prices_are_counted() {
        let eur = |amount: i64| Some((Micros(amount), "EUR".to_owned()));
        let mut all = TextCost::one(Some("DE"), 2, eur(75_000));
        all.merge(&TextCost::one(Some("DE"), 1, eur(75_000)));
        all.merge(&TextCost::one(Some("CH"), 1, Some((Micros(50_000), "CHF".to_owned()))));
        all.merge(&TextCost::one(None, 3, None));
        all.merge(&TextCost { unmade: 1, ..TextCost::default() });
        assert_eq!((all.segments, all.unpriced, all.unmade), (7, 1, 1));
        let amounts = |of: &BTreeMap<String, String>| of.iter().map(|(c, a)| format!("{a} {c}")).collect::<Vec<_>>();
        assert_eq!(amounts(&all.amounts), ["0.05 CHF", "0.225 EUR"]);
        let de = &all.countries["DE"];
        assert_eq!((de.messages, de.segments, de.unpriced), (2, 3, 0));
        assert_eq!(amounts(&de.amounts), ["0.225 EUR"]);
        assert_eq!((all.countries["?"].unpriced, all.countries["?"].amounts.len()), (1, 0));
    }
}
