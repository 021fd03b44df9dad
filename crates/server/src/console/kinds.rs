//! The types of clients as the console names them, each with a line about it.

use grantor_protocol::client::ClientType;

/// In the order of the page that offers them.
pub const ALL: [ClientType; 5] =
    [ClientType::Server, ClientType::Browser, ClientType::Mobile, ClientType::Device, ClientType::SelfClient];

/// The documented name of a type.
pub const fn label(client_type: ClientType) -> &'static str {
    match client_type {
        ClientType::Server => "Server-based application",
        ClientType::Browser => "JavaScript application",
        ClientType::Mobile => "Mobile or desktop application",
        ClientType::Device => "Non-browser application",
        ClientType::SelfClient => "Self client",
    }
}

/// Short, for a badge.
pub const fn badge(client_type: ClientType) -> &'static str {
    match client_type {
        ClientType::Server => "server",
        ClientType::Browser => "JavaScript",
        ClientType::Mobile => "mobile",
        ClientType::Device => "device",
        ClientType::SelfClient => "self client",
    }
}

/// What it is for.
pub const fn about(client_type: ClientType) -> &'static str {
    match client_type {
        ClientType::Server => "Runs on your web server and keeps a secret there. People come to it by redirect.",
        ClientType::Browser => "JavaScript in the person’s browser, with no server behind it. It has no secret.",
        ClientType::Mobile => "An app on a phone or a computer. It need not keep a secret: PKCE protects each sign-in.",
        ClientType::Device => {
            "A TV, a printer or a command line: it shows a short code that the person types elsewhere."
        }
        ClientType::SelfClient => "A script that works with your own data alone. You generate its code here.",
    }
}
