//! Notifications by Firebase Cloud Messaging, HTTP v1, with a service account's word (RFC 7523).

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use parking_lot::Mutex;
use rapport_domain::time::parse_duration_ms;
use rapport_domain::{Clock, SystemClock, Timestamp};
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Map, Value, json};

use super::dialect::{Dialect, devices, other, text};
use super::form::Form;
use super::http::{Answer, Call, Http};
use super::{Outgoing, Receipt, SendFault};
use crate::core::device::DeviceKind;
use crate::spec::ChannelSpec;

const SCOPE: &str = "https://www.googleapis.com/auth/firebase.messaging";

/// A project and its service account.
pub(super) struct Fcm {
    url: String,
    token_url: String,
    account: String,
    key: RsaKeyPair,
    /// The access token and until when it is used.
    word: Mutex<Option<(String, Instant)>>,
}

impl Fcm {
    /// # Errors
    /// What about the key file is not as Google writes it.
    pub(super) fn new(spec: &ChannelSpec) -> Result<Self, String> {
        let file: Value = serde_json::from_str(spec.secret.as_deref().unwrap_or_default())
            .map_err(|_| "expected the service account's key file, which is JSON".to_owned())?;
        let member = |name: &str| {
            file[name].as_str().filter(|t| !t.is_empty()).ok_or_else(|| format!("the key file has no {name}"))
        };
        let (project, account) = (member("project_id")?, member("client_email")?.to_owned());
        let pem: String = member("private_key")?.lines().filter(|l| !l.starts_with("-----")).collect();
        let der = STANDARD.decode(pem).map_err(|_| "private_key: expected PEM".to_owned())?;
        let key = RsaKeyPair::from_pkcs8(&der).map_err(|e| format!("private_key: {e}"))?;
        let base = spec.member("base_url").unwrap_or("https://fcm.googleapis.com").trim_end_matches('/');
        let token_url = file["token_uri"].as_str().unwrap_or("https://oauth2.googleapis.com/token").to_owned();
        let url = format!("{base}/v1/projects/{project}/messages:send");
        Ok(Fcm { url, token_url, account, key, word: Mutex::default() })
    }

    fn assertion(&self) -> Result<String, String> {
        let now = SystemClock.now().0.div_euclid(1_000);
        let claims =
            json!({"iss": self.account, "scope": SCOPE, "aud": self.token_url, "iat": now, "exp": now + 3_600});
        let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", encode(&json!({"alg": "RS256", "typ": "JWT"})), encode(&claims));
        let mut signature = vec![0; self.key.public().modulus_len()];
        self.key
            .sign(&RSA_PKCS1_SHA256, &ring::rand::SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| "the service account's key cannot sign".to_owned())?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    async fn fetch(&self, http: &Http) -> Result<(), SendFault> {
        if self.word.lock().as_ref().is_some_and(|(_, until)| Instant::now() < *until) {
            return Ok(());
        }
        let fault = |detail| SendFault::Transient { detail, untaken: true };
        let mut form = Form::default();
        form.add("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer");
        form.add("assertion", &self.assertion().map_err(fault)?);
        let call = Call::post(self.token_url.clone(), "application/x-www-form-urlencoded", form.finish());
        let answer = http.call(&call).await?;
        let body = answer.json();
        let Some(word) = body["access_token"].as_str().filter(|_| answer.is_success()) else {
            return Err(fault(format!("signing in as the service account: {}", answer.shown())));
        };
        let holds = body["expires_in"].as_u64().unwrap_or(3_600).saturating_sub(120);
        *self.word.lock() = Some((word.to_owned(), Instant::now() + Duration::from_secs(holds)));
        Ok(())
    }
}

/// What Firebase hands on to Apple for the iPhones registered with it.
fn for_apple(content: &Value, silent: bool, until: Option<Timestamp>) -> Value {
    let mut headers = json!({
        "apns-push-type": if silent { "background" } else { "alert" },
        "apns-priority": if silent { "5" } else { "10" },
    });
    if let Some(collapse) = text(content, "collapse") {
        headers["apns-collapse-id"] = json!(collapse);
    }
    if let Some(until) = until {
        headers["apns-expiration"] = json!(until.0.div_euclid(1_000).to_string());
    }
    let mut aps = if silent {
        json!({"content-available": 1})
    } else {
        json!({"sound": text(content, "sound").unwrap_or("default")})
    };
    if let Some(badge) = content.get("badge").filter(|b| b.is_u64()) {
        aps["badge"] = badge.clone();
    }
    if !silent && text(content, "image").is_some() {
        aps["mutable-content"] = json!(1);
    }
    json!({"headers": headers, "payload": {"aps": aps}})
}

impl Dialect for Fcm {
    fn calls(&self, outgoing: &Outgoing<'_>) -> Result<Vec<Call>, String> {
        let content = other(outgoing)?;
        let silent = content.get("silent") == Some(&Value::Bool(true));
        let mut data = Map::new();
        for (name, value) in content.get("data").and_then(Value::as_object).into_iter().flatten() {
            data.insert(name.clone(), json!(value.as_str().unwrap_or_default()));
        }
        data.extend(text(content, "url").map(|u| ("url".to_owned(), json!(u))));
        data.insert("message_id".to_owned(), json!(outgoing.message.id.to_string()));
        data.insert("receipt".to_owned(), json!(outgoing.links.receipt()));
        let mut message = json!({"data": data, "android": {"priority": if silent { "NORMAL" } else { "HIGH" }}});
        if !silent {
            let mut notification = Map::new();
            for name in ["title", "body", "image"] {
                notification.extend(text(content, name).map(|t| (name.to_owned(), json!(t))));
            }
            if notification.is_empty() {
                return Err("title and body: render as nothing".to_owned());
            }
            message["notification"] = Value::Object(notification);
            let mut shown = Map::new();
            // What is shown already is replaced by its tag; the key replaces only what waits.
            shown.extend(text(content, "collapse").map(|tag| ("tag".to_owned(), json!(tag))));
            shown.extend(text(content, "sound").map(|sound| ("sound".to_owned(), json!(sound))));
            if !shown.is_empty() {
                message["android"]["notification"] = Value::Object(shown);
            }
        }
        let ttl = text(content, "ttl").and_then(parse_duration_ms);
        if let Some(ms) = ttl {
            message["android"]["ttl"] = json!(format!("{}s", ms / 1_000));
        }
        if let Some(collapse) = text(content, "collapse") {
            message["android"]["collapse_key"] = json!(collapse);
        }
        let expires_at = outgoing.message.expires_at;
        message["apns"] = for_apple(content, silent, ttl.map(|ms| outgoing.now.plus_ms(ms).min(expires_at)));
        let each = |device: &crate::core::device::Device| {
            let mut message = message.clone();
            message["token"] = json!(device.token);
            let mut call = Call::post(self.url.clone(), "application/json", json!({"message": message}).to_string());
            call.device = Some(device.clone());
            call
        };
        Ok(devices(outgoing).filter(|d| d.kind == DeviceKind::Fcm).map(each).collect())
    }

    fn ready<'a>(&'a self, http: &'a Http) -> Pin<Box<dyn Future<Output = Result<(), SendFault>> + Send + 'a>> {
        Box::pin(self.fetch(http))
    }

    fn finish(&self, call: &mut Call) {
        let word = self.word.lock().as_ref().map(|(w, _)| format!("Bearer {w}"));
        call.headers.extend(word.map(|w| ("authorization", w)));
    }

    fn read(&self, call: &Call, answer: &Answer) -> Result<Receipt, SendFault> {
        let body = answer.json();
        if answer.is_success() {
            let id = body["name"].as_str().map(str::to_owned);
            return Ok(Receipt { response: answer.shown(), provider_id: id, ..Receipt::default() });
        }
        let details = body.pointer("/error/details").and_then(Value::as_array);
        let code = details.into_iter().flatten().find_map(|d| d["errorCode"].as_str()).unwrap_or_default();
        if code == "UNREGISTERED" {
            let dead = call.device.clone().into_iter().collect();
            return Err(SendFault::Gone { detail: answer.shown(), dead });
        }
        // Said of every good token when the key file is another project's: somebody can repair that, and nobody could bring
        // the tokens back.
        if answer.status == 404 || code == "SENDER_ID_MISMATCH" {
            return Err(SendFault::Transient { detail: answer.shown(), untaken: true });
        }
        if answer.status == 401 {
            // The word was taken back before its time.
            *self.word.lock() = None;
        }
        Err(answer.fault())
    }
}
