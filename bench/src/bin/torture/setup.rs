//! What is live during the torture: a segment, and a journey that mails everybody once after the first order.

use std::fs;

use crate::Fault;
use crate::mails::Mailbox;
use crate::server::Server;

/// The segment whose live count is compared with its recomputation and with what was sent.
pub(crate) const SEGMENT: &str = "regulars";
/// Its rule.
pub(crate) const RULE: &str = r#"events("Order Completed").count() >= 2"#;

fn documents(port: u16) -> String {
    format!(
        r#"kind: channel
id: mail
spec: {{kind: smtp, host: 127.0.0.1, port: {port}, tls: none, from: {{name: Shop, email: shop@example.com}}}}
---
kind: settings
id: workspace
spec:
  consent: {{email: opt_out}}
  company: {{name: Shop, postal_address: "1 Example Street"}}
---
kind: topic
id: offers
spec: {{name: Offers, default: opt_out}}
---
kind: template
id: thanks
spec:
  name: Thanks
  channel: email
  topic: offers
  subject: Thank you
  html: '<p>Thank you for your order.</p><p><a href="{{{{ unsubscribe_url }}}}">Unsubscribe</a></p>'
---
kind: segment
id: {SEGMENT}
spec: {{name: Regulars, rule: '{RULE}'}}
---
kind: journey
id: thanks
spec:
  name: Thanks
  trigger: {{event: {{name: Order Completed}}}}
  reentry: once
  steps:
    - {{id: thank, send: {{channel: email, template: thanks, topic: offers}}}}
"#
    )
}

/// Starts the server and publishes the documents.
pub(crate) fn prepare(server: &mut Server, mailbox: &Mailbox) -> Result<(), Fault> {
    let file = server.work().join("documents.yaml");
    fs::write(&file, documents(mailbox.port())).map_err(|e| format!("{}: {e}", file.display()))?;
    server.start()?;
    server.wait_ready()?;
    server.command(&["apply", "--publish", "--file", &file.display().to_string()])?;
    Ok(())
}
