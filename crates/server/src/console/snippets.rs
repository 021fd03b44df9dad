//! Code to copy: link, exchange and refresh in four languages, with the client's own values filled in. Values are quoted
//! for each language; a secret never stands in them.

use std::fmt::Write as _;

use serde_json::json;

use crate::pages::Snippet;

/// What the code is about.
#[derive(Debug)]
pub struct Facts<'a> {
    pub accounts_url: &'a str,
    /// Of the authorization endpoint.
    pub path: &'a str,
    pub token_url: &'a str,
    /// The link without a challenge.
    pub link: &'a str,
    pub client_id: &'a str,
    pub redirect_uri: &'a str,
    pub scopes: &'a [String],
    pub separator: &'a str,
    /// Whether the client has a secret.
    pub secret: bool,
    pub pkce: bool,
    pub offline: bool,
    pub consent: bool,
    pub standard: bool,
}

/// All of them; the library of Rust speaks the accounts dialect only.
pub fn all(facts: &Facts<'_>) -> Vec<Snippet> {
    let mut all = vec![
        Snippet { id: "snippet-curl", title: "curl", text: curl(facts) },
        Snippet { id: "snippet-python", title: "Python", text: python(facts) },
        Snippet { id: "snippet-node", title: "Node", text: node(facts) },
    ];
    if !facts.standard {
        all.push(Snippet { id: "snippet-rust", title: "Rust (grantor-client)", text: rust(facts) });
    }
    all
}

/// For a shell.
pub fn shell(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// For Python and JavaScript, whose literals JSON's are.
fn literal(text: &str) -> String {
    json!(text).to_string()
}

/// Where the exchange goes, in words.
const ELSEWHERE: &str = "The redirect's accounts-server says where: a person of another data center is redeemed there.";

fn curl(facts: &Facts<'_>) -> String {
    let mut text = String::new();
    if facts.pkce {
        text.push_str(
            "# PKCE: keep the verifier until the exchange\n\
             VERIFIER=$(openssl rand -hex 32)\n\
             CHALLENGE=$(printf %s \"$VERIFIER\" | openssl dgst -sha256 -binary | openssl base64 -A | tr '+/' '-_' | tr -d '=')\n\n",
        );
    }
    text.push_str("# 1. Open this link; after Accept the address bar holds code=…\n");
    if facts.pkce {
        let _ = writeln!(text, "echo {}\"&code_challenge_method=S256&code_challenge=$CHALLENGE\"", shell(facts.link));
    } else {
        let _ = writeln!(text, "echo {}", shell(facts.link));
    }
    text.push_str("\n# 2. Exchange the code, at once\n");
    if !facts.standard {
        let _ = writeln!(text, "#    {ELSEWHERE}");
    }
    let credentials = |text: &mut String| {
        let _ = writeln!(text, "  -d client_id={} \\", facts.client_id);
        if facts.secret {
            text.push_str("  --data-urlencode \"client_secret=$CLIENT_SECRET\" \\\n");
        }
    };
    let _ = writeln!(text, "curl {} \\\n  -d grant_type=authorization_code \\", shell(facts.token_url));
    credentials(&mut text);
    let _ = writeln!(text, "  --data-urlencode {} \\", shell(&format!("redirect_uri={}", facts.redirect_uri)));
    if facts.pkce {
        text.push_str("  -d code_verifier=\"$VERIFIER\" \\\n");
    }
    text.push_str("  --data-urlencode \"code=$CODE\"\n");
    if facts.offline {
        let _ = writeln!(
            text,
            "\n# 3. Refresh, when the access token is about to end\ncurl {} \\\n  -d grant_type=refresh_token \\",
            shell(facts.token_url)
        );
        credentials(&mut text);
        text.push_str("  --data-urlencode \"refresh_token=$REFRESH_TOKEN\"\n");
    }
    text
}

fn python(facts: &Facts<'_>) -> String {
    let mut text = String::from("import base64, hashlib, json, os, secrets, urllib.parse, urllib.request\n\n");
    let _ = writeln!(text, "CLIENT_ID = {}", literal(facts.client_id));
    if facts.secret {
        text.push_str("CLIENT_SECRET = os.environ[\"CLIENT_SECRET\"]\n");
    }
    let _ = writeln!(text, "REDIRECT_URI = {}", literal(facts.redirect_uri));
    let _ = write!(text, "TOKEN_URL = {}\n\n", literal(facts.token_url));
    text.push_str("state = secrets.token_urlsafe(16)  # keep it in the person's session and compare\n");
    if facts.pkce {
        text.push_str(
            "verifier = secrets.token_urlsafe(48)  # keep it there, too\n\
             challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b\"=\").decode()\n",
        );
    }
    let _ = write!(
        text,
        "link = {} + urllib.parse.urlencode({{\n    \"response_type\": \"code\", \"client_id\": CLIENT_ID, \
         \"redirect_uri\": REDIRECT_URI,\n    \"scope\": {},\n    \"access_type\": {}, {}\"state\": state,{}\n}})\n\n",
        literal(&format!("{}{}?", facts.accounts_url, facts.path)),
        literal(&facts.scopes.join(facts.separator)),
        literal(if facts.offline { "offline" } else { "online" }),
        if facts.consent { "\"prompt\": \"consent\", " } else { "" },
        if facts.pkce { "\n    \"code_challenge\": challenge, \"code_challenge_method\": \"S256\"," } else { "" },
    );
    text.push_str("def token(**fields):\n");
    if !facts.standard {
        let _ = writeln!(text, "    # {ELSEWHERE}");
    }
    let _ = write!(
        text,
        "    fields |= {{\"client_id\": CLIENT_ID{}}}\n    body = urllib.parse.urlencode(fields).encode()\n    \
         with urllib.request.urlopen(TOKEN_URL, body) as answer:\n        return json.load(answer)\n\n",
        if facts.secret { ", \"client_secret\": CLIENT_SECRET" } else { "" },
    );
    text.push_str("# after the redirect\n");
    let _ = writeln!(
        text,
        "tokens = token(grant_type=\"authorization_code\", code=CODE, redirect_uri=REDIRECT_URI{})",
        if facts.pkce { ", code_verifier=verifier" } else { "" },
    );
    if facts.offline {
        text.push_str("fresh = token(grant_type=\"refresh_token\", refresh_token=tokens[\"refresh_token\"])\n");
    }
    text
}

fn node(facts: &Facts<'_>) -> String {
    let mut text = String::from("import { createHash, randomBytes } from \"node:crypto\";\n\n");
    let _ = writeln!(text, "const client_id = {};", literal(facts.client_id));
    if facts.secret {
        text.push_str("const client_secret = process.env.CLIENT_SECRET;\n");
    }
    let _ = writeln!(text, "const redirect_uri = {};", literal(facts.redirect_uri));
    let _ = write!(text, "const tokenUrl = {};\n\n", literal(facts.token_url));
    text.push_str(
        "const state = randomBytes(16).toString(\"base64url\"); // keep it in the person's session and compare\n",
    );
    if facts.pkce {
        text.push_str(
            "const code_verifier = randomBytes(48).toString(\"base64url\"); // keep it there, too\n\
             const code_challenge = createHash(\"sha256\").update(code_verifier).digest(\"base64url\");\n",
        );
    }
    let _ = write!(
        text,
        "const link = {} + new URLSearchParams({{\n  response_type: \"code\", client_id, redirect_uri, state,\n  \
         scope: {},\n  access_type: {},{}{}\n}});\n\n",
        literal(&format!("{}{}?", facts.accounts_url, facts.path)),
        literal(&facts.scopes.join(facts.separator)),
        literal(if facts.offline { "offline" } else { "online" }),
        if facts.consent { " prompt: \"consent\"," } else { "" },
        if facts.pkce { "\n  code_challenge, code_challenge_method: \"S256\"," } else { "" },
    );
    if !facts.standard {
        let _ = writeln!(text, "// {ELSEWHERE}");
    }
    let _ = write!(
        text,
        "async function token(fields) {{\n  const body = new URLSearchParams({{ ...fields, client_id{} }});\n  \
         return (await fetch(tokenUrl, {{ method: \"POST\", body }})).json();\n}}\n\n",
        if facts.secret { ", client_secret" } else { "" },
    );
    text.push_str("// after the redirect\n");
    let _ = writeln!(
        text,
        "const tokens = await token({{ grant_type: \"authorization_code\", code: CODE, redirect_uri{} }});",
        if facts.pkce { ", code_verifier" } else { "" },
    );
    if facts.offline {
        text.push_str(
            "const fresh = await token({ grant_type: \"refresh_token\", refresh_token: tokens.refresh_token });\n",
        );
    }
    text
}

fn rust(facts: &Facts<'_>) -> String {
    let scopes: Vec<String> = facts.scopes.iter().map(|scope| format!("{scope:?}")).collect();
    let secret = if facts.secret { "Some(Secret::new(std::env::var(\"CLIENT_SECRET\")?))" } else { "None" };
    let imports = if facts.secret { ", Secret" } else { "" };
    format!(
        "use grantor_client::{{BaseUrl, Callback, Client, Clock, FileStore{imports}, Settings}};\n\n\
         let settings = Settings::new(BaseUrl::parse({:?})?, {:?}).secret({secret});\n\
         let client = Client::new(settings, FileStore::new(\"tokens.json\"), Clock::System);\n\n\
         // keep `pending` in the person's session, and send the browser to the link\n\
         let scopes = [{}];\n\
         let (link, pending) = client.link({:?}, scopes).offline({}).ask_consent({}).build()?;\n\n\
         // at the redirect URI: state and accounts-server are checked inside\n\
         let tokens = client.connect(\"user-1\", &pending, Callback::parse(&address)?).await?;\n\n\
         // whenever a token is needed: refreshed when it is about to end\n\
         let token = client.access_token(\"user-1\").await?;\n",
        facts.accounts_url,
        facts.client_id,
        scopes.join(", "),
        facts.redirect_uri,
        facts.offline,
        facts.consent,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_quoted_for_their_language() {
        let scopes = ["ZohoBigin.modules.READ".to_owned(), "AaaServer.profile.READ".to_owned()];
        let mut facts = Facts {
            accounts_url: "https://accounts.example",
            path: "/oauth/v2/auth",
            token_url: "https://accounts.example/oauth/v2/token",
            link: "https://accounts.example/oauth/v2/auth?a='b'",
            client_id: "1000.A",
            redirect_uri: "https://app.example/it's?a=\"1\"",
            scopes: &scopes,
            separator: ",",
            secret: true,
            pkce: false,
            offline: true,
            consent: true,
            standard: false,
        };
        let texts = all(&facts);
        assert_eq!(texts.len(), 4);
        assert!(
            texts[0].text.contains(r"redirect_uri=https://app.example/it'\''s?a=") && !texts[0].text.contains("PKCE")
        );
        assert!(texts[1].text.contains(r#""https://app.example/it's?a=\"1\"""#));
        for snippet in &texts {
            assert!(snippet.text.contains("1000.A"), "{}", snippet.title);
            assert!(snippet.text.to_lowercase().contains("refresh"), "{}", snippet.title);
        }
        (facts.pkce, facts.standard, facts.secret) = (true, true, false);
        let texts = all(&facts);
        assert_eq!(texts.len(), 3, "the library speaks the accounts dialect");
        assert!(texts.iter().all(|s| s.text.contains("challenge") && !s.text.contains("CLIENT_SECRET")));
    }
}
