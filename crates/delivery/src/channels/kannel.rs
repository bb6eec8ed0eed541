//! Text messages by a Kannel gateway's `sendsms`, which speaks SMPP 3.4 and others to carriers.

use std::collections::BTreeMap;

use hyper::Method;

use super::dialect::{Dialect, other, required};
use super::form::Form;
use super::http::{Answer, Call};
use super::{Outgoing, Receipt, SendFault};
use crate::core::address::Target;
use crate::core::sms::{Encoding, segments};
use crate::spec::ChannelSpec;
use crate::tracking::tokens::HookPart;

/// Receipts wanted: delivered (1), not delivered (2), refused by the carrier (16).
const RECEIPTS: &str = "19";

/// A gateway.
pub(super) struct Kannel {
    base: String,
    username: String,
    secret: String,
    sender: String,
    senders: BTreeMap<String, String>,
}

impl Kannel {
    pub(super) fn new(spec: &ChannelSpec) -> Self {
        Kannel {
            base: spec.member("base_url").unwrap_or_default().trim_end_matches('/').to_owned(),
            username: spec.username.clone().unwrap_or_default(),
            secret: spec.secret.clone().unwrap_or_default(),
            sender: spec.member("sender").unwrap_or_default().to_owned(),
            senders: spec.members_of("senders"),
        }
    }
}

impl Dialect for Kannel {
    fn calls(&self, outgoing: &Outgoing<'_>) -> Result<Vec<Call>, String> {
        let Some(Target::Phone(phone)) = outgoing.targets.first() else {
            return Err("this channel reaches telephone numbers".to_owned());
        };
        let body = required(other(outgoing)?, "body")?;
        let from = outgoing.country.and_then(|c| self.senders.get(c)).unwrap_or(&self.sender);
        let mut form = Form::default();
        form.add("username", &self.username);
        form.add("password", &self.secret);
        form.add("from", from);
        form.add("to", &phone.e164);
        form.add("text", body);
        form.add("charset", "UTF-8");
        form.add("coding", if segments(body).encoding == Encoding::Gsm7 { "0" } else { "2" });
        form.add("dlr-mask", RECEIPTS);
        // Kannel puts the kind of the receipt in the place of %d, and the carrier's words in that of %A.
        form.add("dlr-url", &format!("{}?status=%d&text=%A", outgoing.links.hook(outgoing.channel, HookPart::Receipt)));
        let url = format!("{}/cgi-bin/sendsms?{}", self.base, form.finish());
        let mut call = Call::post(url, "text/plain", "");
        (call.method, call.headers) = (Method::GET, Vec::new());
        Ok(vec![call])
    }

    fn read(&self, _: &Call, answer: &Answer) -> Result<Receipt, SendFault> {
        match answer.status {
            // Accepted for delivery, or kept for later.
            200..300 => Ok(Receipt { response: answer.shown(), ..Receipt::default() }),
            400 => Err(SendFault::Permanent { detail: answer.shown(), hard_bounce: false }),
            _ => Err(answer.fault()),
        }
    }
}
