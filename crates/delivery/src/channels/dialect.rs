//! What providers reached over HTTP share: one call a target, bounded in number, and one answer for the message.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::Value;

use super::health::Hosts;
use super::http::{Answer, Call, Http, server_of};
use super::places::Places;
use super::{Content, LastWord, Means, Outgoing, Provider, Receipt, SendFault, Sending, Wire};
use crate::core::address::Target;
use crate::core::device::Device;
use crate::spec::ChannelSpec;

/// How long a message waits for one of the channel's connections before it is put back.
const MAX_WAIT: Duration = Duration::from_secs(1);

/// How a provider is spoken to.
pub(super) trait Dialect: Send + Sync + 'static {
    /// The calls that hand the message over.
    ///
    /// # Errors
    /// What about the content cannot be sent here.
    fn calls(&self, outgoing: &Outgoing<'_>) -> Result<Vec<Call>, String>;

    /// What an answer means.
    ///
    /// # Errors
    /// Why the message was not taken.
    fn read(&self, _call: &Call, answer: &Answer) -> Result<Receipt, SendFault> {
        if answer.is_success() {
            return Ok(Receipt { response: answer.shown(), ..Receipt::default() });
        }
        Err(answer.fault())
    }

    /// A call that changes nothing and shows whether our word is taken; `None` when the provider has none.
    fn probe(&self) -> Option<Call> {
        None
    }

    /// Makes ready what calls need, such as an access token; called before each hand-over.
    fn ready<'a>(&'a self, _http: &'a Http) -> Pin<Box<dyn Future<Output = Result<(), SendFault>> + Send + 'a>> {
        Box::pin(std::future::ready(Ok(())))
    }

    /// Adds to a call what is only known when it is made.
    fn finish(&self, _call: &mut Call) {}
}

struct Dialled<D> {
    dialect: D,
    http: Arc<Http>,
    places: Places,
    hosts: Hosts,
}

/// A provider of that dialect.
pub(super) fn dial<D: Dialect>(dialect: D, spec: &ChannelSpec, means: &Means) -> Arc<dyn Provider> {
    let (http, places) = (Arc::clone(&means.http), Places::new(spec.pool_size));
    Arc::new(Dialled { dialect, http, places, hosts: Hosts::default() })
}

/// The content of any channel but e-mail.
pub(super) fn other<'a>(outgoing: &Outgoing<'a>) -> Result<&'a Value, String> {
    match outgoing.content {
        Content::Other(value) => Ok(value),
        Content::Email(_) => Err("this channel carries no mail".to_owned()),
    }
}

/// A text member of rendered content; `None` when it rendered as nothing.
pub(super) fn text<'a>(content: &'a Value, name: &str) -> Option<&'a str> {
    content.get(name).and_then(Value::as_str).map(str::trim).filter(|t| !t.is_empty())
}

/// The text that must be there after rendering.
pub(super) fn required<'a>(content: &'a Value, name: &str) -> Result<&'a str, String> {
    text(content, name).ok_or_else(|| format!("{name}: renders as nothing"))
}

/// The devices a message goes to.
pub(super) fn devices<'a>(outgoing: &Outgoing<'a>) -> impl Iterator<Item = &'a Device> {
    outgoing.targets.iter().filter_map(|t| if let Target::Device(d) = t { Some(d) } else { None })
}

impl<D: Dialect> Dialled<D> {
    /// Makes one call. A server that others than the operator named is left alone by itself.
    async fn call(&self, call: &Call) -> Result<Receipt, SendFault> {
        let mut call = call.clone();
        self.dialect.finish(&mut call);
        let ask = async || self.http.call(&call).await.and_then(|answer| self.dialect.read(&call, &answer));
        if !call.guarded {
            return ask().await;
        }
        let host = server_of(&call.url);
        if let Some(rest) = self.hosts.rests(&host) {
            return Err(SendFault::Later { detail: format!("{host} is being left alone"), wait: Some(rest) });
        }
        let answered = ask().await;
        match &answered {
            Err(SendFault::Throttled { detail, retry_after }) => {
                let wait = Some(self.hosts.rest(&host, *retry_after));
                return Err(SendFault::Later { detail: detail.clone(), wait });
            }
            Err(SendFault::Transient { .. }) => self.hosts.failed(&host),
            _ => self.hosts.took(&host),
        }
        answered
    }
}

impl<D: Dialect> Provider for Dialled<D> {
    fn encode(&self, outgoing: &Outgoing<'_>) -> Result<Wire, String> {
        self.dialect.calls(outgoing).map(Wire::Calls)
    }

    fn send<'a>(&'a self, wire: &'a Wire, last_word: &'a dyn LastWord) -> Sending<'a> {
        Box::pin(async move {
            let Wire::Calls(calls) = wire else {
                let detail = "this provider is called over HTTP".to_owned();
                return Err(SendFault::Permanent { detail, hard_bounce: false });
            };
            let Some(_place) = self.places.take(last_word.is_awaited(), MAX_WAIT).await else {
                return Err(SendFault::Busy);
            };
            self.dialect.ready(&self.http).await?;
            if !last_word.may_leave().await {
                return Err(SendFault::Withheld);
            }
            // A customer's devices all at once: one that hangs takes no time from the others.
            let answers = match calls.as_slice() {
                [one] => vec![self.call(one).await],
                all => join_all(all.iter().map(|call| self.call(call))).await,
            };
            together(answers)
        })
    }

    fn probe<'a>(&'a self) -> Pin<Box<dyn Future<Output = Result<String, String>> + Send + 'a>> {
        Box::pin(async move {
            self.dialect.ready(&self.http).await.map_err(|f| f.detail())?;
            let Some(mut call) = self.dialect.probe() else {
                return Ok("the document is complete; this provider can only be tried by sending".to_owned());
            };
            self.dialect.finish(&mut call);
            let answer = self.http.call(&call).await.map_err(|f| f.detail())?;
            if answer.is_success() { Ok(format!("it answered {}", answer.status)) } else { Err(answer.shown()) }
        })
    }
}

/// One answer for a message that went to several devices: it is sent when one took it. A fault that may pass counts only
/// when no device took it, so that none gets it twice.
fn together(answers: Vec<Result<Receipt, SendFault>>) -> Result<Receipt, SendFault> {
    let all = answers.len();
    let mut took: Option<Receipt> = None;
    let (mut count, mut dead, mut fault) = (0, Vec::new(), None);
    for answer in answers {
        match answer {
            Ok(receipt) => {
                count += 1;
                took.get_or_insert(receipt);
            }
            Err(SendFault::Gone { dead: gone, detail }) => {
                dead.extend(gone);
                fault.get_or_insert(SendFault::Gone { detail, dead: Vec::new() });
            }
            // What may pass is worth more than what is final: the message is tried again.
            Err(other) if matches!(fault, None | Some(SendFault::Gone { .. } | SendFault::Permanent { .. })) => {
                fault = Some(other);
            }
            Err(_) => {}
        }
    }
    match (took, fault) {
        (Some(receipt), _) => {
            let response =
                if all > 1 { format!("{count} of {all} devices: {}", receipt.response) } else { receipt.response };
            Ok(Receipt { response, dead, ..receipt })
        }
        (None, Some(SendFault::Gone { detail, .. })) => Err(SendFault::Gone { detail, dead }),
        (None, Some(fault)) => Err(fault),
        (None, None) => {
            Err(SendFault::Permanent { detail: "there is nothing to send to".to_owned(), hard_bounce: false })
        }
    }
}

impl SendFault {
    /// Whether trying again changes nothing.
    #[must_use]
    pub fn is_final(&self) -> bool {
        use SendFault::{Gone, OptedOut, Permanent, Refused};
        matches!(self, Permanent { .. } | OptedOut { .. } | Refused { .. } | Gone { .. })
    }

    /// What happened, for people.
    #[must_use]
    pub fn detail(&self) -> String {
        match self {
            SendFault::Transient { detail, .. }
            | SendFault::Throttled { detail, .. }
            | SendFault::Permanent { detail, .. }
            | SendFault::OptedOut { detail, .. }
            | SendFault::Refused { detail, .. }
            | SendFault::Later { detail, .. }
            | SendFault::Gone { detail, .. } => detail.clone(),
            SendFault::Busy => "the channel's connections are all in use".to_owned(),
            SendFault::Withheld => "it may not leave any more".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::device::DeviceKind;

    #[test]
    fn several_devices_are_one_message() {
        let ok = || Ok(Receipt { response: "200".into(), ..Receipt::default() });
        let device = Device { kind: DeviceKind::Fcm, token: "t".into(), p256dh: None, auth: None, seen_at: 0 };
        let gone = || Err(SendFault::Gone { detail: "404".into(), dead: vec![device.clone()] });
        let later = || Err(SendFault::Transient { detail: "500".into(), untaken: false });
        let never = || Err(SendFault::Permanent { detail: "400".into(), hard_bounce: false });
        let receipt = together(vec![gone(), later(), ok(), ok()]).unwrap();
        assert_eq!((receipt.response.as_str(), receipt.dead.len()), ("2 of 4 devices: 200", 1));
        assert!(matches!(together(vec![gone(), gone()]), Err(SendFault::Gone { dead, .. }) if dead.len() == 2));
        assert!(matches!(together(vec![never(), later(), gone()]), Err(SendFault::Transient { .. })));
        assert!(matches!(together(vec![never(), gone()]), Err(SendFault::Permanent { .. })));
        assert!(matches!(together(vec![]), Err(SendFault::Permanent { .. })));
    }
}
