//! Personalised mails a second: Liquid and MJML, MIME, DKIM and SMTP to a server on this machine that keeps what it gets, all
//! in this process. Beside it the usual libraries of Node do the same work, one after the other in the same run.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rapport_delivery::catcher::{Catcher, CatcherLimits};
use rapport_delivery::channels::compose::Composition;
use rapport_delivery::channels::email::dkim::{Signer, generate};
use rapport_delivery::channels::http::{Http, Outbound};
use rapport_delivery::channels::{Decided, Means, Outgoing, Provider, open};
use rapport_delivery::core::address::Target;
use rapport_delivery::core::address::parse_email;
use rapport_delivery::tracking::links::Links;
use rapport_delivery::{ChannelSpec, DomainSpec, LiveTemplate, NoSources, SettingsSpec, Tokens};
use rapport_domain::profile::Trait;
use rapport_domain::{Json, OutboundMessage, OutboxId, Partition, Profile, ProfileId, Timestamp, WorkspaceId};
use serde_json::{Value, json};

use crate::{Row, Scale};

/// Connections, and mails under way.
const CONNECTIONS: u64 = 16;
/// Products in each mail.
const PRODUCTS: usize = 6;
const NOW: Timestamp = Timestamp(1_782_993_600_000);

/// The mail, also read by the peer.
fn mjml() -> String {
    let product = "<mj-image src=\"https://shop.example/{{ p.sku }}.png\" alt=\"{{ p.title }}\" />\
                   <mj-text><b>{{ p.title }}</b><br/>{{ p.price }} EUR</mj-text>\
                   <mj-button href=\"https://shop.example/p/{{ p.sku }}\">Buy</mj-button>";
    format!(
        "<mjml><mj-head><mj-title>Offers</mj-title></mj-head><mj-body><mj-section><mj-column>\
         <mj-text>Hello {{{{ profile.first_name }}}}, here is what we chose for you.</mj-text>\
         {{% for p in event.products %}}{product}{{% endfor %}}\
         <mj-text><a href=\"{{{{ unsubscribe_url }}}}\">Unsubscribe</a></mj-text>\
         </mj-column></mj-section></mj-body></mjml>"
    )
}

fn data() -> Value {
    let product =
        |n: usize| json!({"sku": format!("sku-{n}"), "title": format!("Product & Co {n}"), "price": 19.5 + n as f64});
    json!({"event": {"products": (0..PRODUCTS).map(product).collect::<Vec<_>>()}})
}

/// What every mail is made from.
struct Work {
    template: LiveTemplate,
    settings: SettingsSpec,
    tokens: Tokens,
    signers: Vec<Arc<Signer>>,
    provider: Arc<dyn Provider>,
    data: Json,
}

impl Work {
    fn new(port: u16, sign: bool) -> Work {
        let channel = json!({"kind": "smtp", "host": "127.0.0.1", "port": port, "tls": "none", "pool_size": CONNECTIONS,
            "from": {"name": "Shop", "email": "hi@shop.example"}});
        let template = json!({"name": "Offers", "subject": "For you, {{ profile.first_name }}", "mjml": mjml()});
        let means = Means {
            timeout: Duration::from_secs(30),
            http: Arc::new(Http::new(Duration::from_secs(30), &Outbound::anywhere()).expect("a client")),
        };
        let spec = ChannelSpec::validate(&channel).expect("a channel");
        let keys = generate().expect("keys");
        let domain = json!({"domain": "shop.example", "rsa_key": keys.rsa});
        let signer = Signer::new(DomainSpec::validate(&domain).expect("a domain")).expect("a signer");
        Work {
            template: LiveTemplate::prepare("offers", 1, &template).expect("a template"),
            settings: SettingsSpec::default(),
            tokens: Tokens::new(b"a secret of the benchmark, thirty-two bytes"),
            signers: if sign { vec![Arc::new(signer)] } else { Vec::new() },
            provider: open(&spec, &means).expect("a provider"),
            data: Json::from_text(&data().to_string()),
        }
    }

    async fn send(&self, number: u64) -> Result<(), String> {
        let (ws, id) = (WorkspaceId(1), OutboxId { partition: Partition((number % 16) as u16), number });
        let mut profile = Profile::new(ws, ProfileId(number), true, NOW);
        profile.traits.insert("first_name".into(), Trait { value: json!(format!("Customer {number}")), at: NOW });
        let message = OutboundMessage {
            id,
            workspace: ws,
            profile: profile.id,
            channel: "email".into(),
            template: "offers".into(),
            origin: None,
            topic: None,
            transactional: false,
            created_at: NOW,
            expires_at: NOW,
            data: self.data.clone(),
        };
        let wire = tokio::task::block_in_place(|| {
            let links = Links {
                tokens: &self.tokens,
                base: "https://m.example",
                workspace: ws,
                message: id,
                profile: profile.id,
            };
            let composition = Composition {
                template: &self.template,
                message: &message,
                profile: &profile,
                settings: &self.settings,
                links: &links,
                now: NOW,
                sources: &NoSources,
                notes_missing: false,
            };
            let content = composition.compose().map_err(|e| e.to_string())?;
            let to = parse_email(&format!("customer{number}@example.net")).ok_or("an address")?;
            self.provider.encode(&Outgoing {
                channel: "bench",
                message: &message,
                template: &self.template.spec,
                content: &content,
                targets: &[Target::Email(to)],
                country: None,
                links: &links,
                signers: &self.signers,
                now: NOW,
            })
        })?;
        self.provider.send(&wire, &Decided).await.map(drop).map_err(|f| f.detail())
    }
}

/// Mails a second.
fn run(sign: bool, mails: u64) -> f64 {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let limits = CatcherLimits { messages: 10, ..CatcherLimits::default() };
        let catcher = Catcher::start(SocketAddr::from(([127, 0, 0, 1], 0)), limits).await.expect("a mail server");
        let work = Arc::new(Work::new(catcher.address().port(), sign));
        let next = Arc::new(AtomicU64::new(1));
        let begun = Instant::now();
        let mut tasks = tokio::task::JoinSet::new();
        for _ in 0..CONNECTIONS {
            let (work, next) = (Arc::clone(&work), Arc::clone(&next));
            tasks.spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number > mails {
                        return;
                    }
                    work.send(number).await.expect("a mail");
                }
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.expect("a worker");
        }
        assert_eq!(catcher.received(), mails);
        mails as f64 / begun.elapsed().as_secs_f64()
    })
}

/// The peer's mails a second, unsigned and signed; `None` when it is not installed.
fn peer(mails: u64) -> Option<(f64, f64)> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers/mail");
    if !dir.join("node_modules").is_dir() {
        eprintln!("the peer is not installed: npm ci in bench/peers/mail");
        return None;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().ok()?;
    let limits = CatcherLimits { messages: 10, ..CatcherLimits::default() };
    let catcher = runtime.block_on(Catcher::start(SocketAddr::from(([127, 0, 0, 1], 0)), limits)).ok()?;
    let task = json!({"mjml": mjml(), "data": data(), "port": catcher.address().port(), "mails": mails, "connections": CONNECTIONS});
    let run = Command::new("node").arg("send.mjs").arg(task.to_string()).current_dir(dir).output().ok()?;
    let found: Value = serde_json::from_slice(&run.stdout).ok()?;
    if !run.status.success() {
        eprintln!("the peer failed: {}", String::from_utf8_lossy(&run.stderr));
    }
    Some((found["unsigned"].as_f64()?, found["signed"].as_f64()?))
}

/// Measures.
#[must_use]
pub fn measure(scale: Scale) -> Vec<Row> {
    let of = |full: f64| (full * scale.0).max(1.0) as u64;
    let (plain, signed) = (run(false, of(40_000.0)), run(true, of(20_000.0)));
    let theirs = peer(of(400.0));
    let row = |what: &str, value: f64, least: f64, peer: Option<f64>| {
        let row = Row::new(what, "mails/s", value).at_least("target", least);
        match peer {
            Some(peer) => row.against("nodemailer + liquidjs + mjml", peer, Some(10.0)),
            None => row,
        }
    };
    vec![
        row("MJML mails, unsigned, server included", plain, 4_000.0, theirs.map(|t| t.0)),
        row("MJML mails, RSA-2048 DKIM, server included", signed, 1_500.0, theirs.map(|t| t.1)),
    ]
}
