//! `grantor demo`: the server with sample data, and a sample application to click through.

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use grantor_server::{Config, ServeOptions, provision};
use tokio::net::TcpListener;

use crate::{
    sample::{self, SampleConfig, SamplePortal},
    say, serve,
};

const CONFIG: &str = include_str!("../demo/config.toml");
const PROVISION: &str = include_str!("../demo/provision.toml");
const SAMPLE: &str = "127.0.0.1:9100";

/// Run the server with sample data and a sample application.
///
/// Four data centers (us 9000, eu 9001, in 9002, and a cn 9003 that stands apart), people with one and with
/// several organizations, a portal, and an application to connect on http://127.0.0.1:9100. Everybody's password
/// is grantor-demo. Health and metrics are on 9090.
#[derive(Debug, Args)]
pub struct Demo {
    /// Where its data is kept between runs; remove the folder to start over
    #[arg(long, value_name = "DIR", default_value = "grantor-demo")]
    data: PathBuf,
    #[command(flatten)]
    log: crate::log::Log,
}

impl Demo {
    /// Serves until Ctrl-C.
    pub async fn run(self) -> anyhow::Result<()> {
        self.log.start();
        let mut config = Config::parse(CONFIG)?;
        config.data_dir = self.data;
        // Its port is asked for first: when a demo runs already, this one says so and changes nothing.
        let listener = TcpListener::bind(SAMPLE)
            .await
            .with_context(|| format!("cannot listen on {SAMPLE} (is another demo running?)"))?;
        let file = provision::read_text(PROVISION, &config)?;
        let for_file = config.clone();
        tokio::task::spawn_blocking(move || quietly(for_file, &file)).await??;
        let options = ServeOptions { sample_api: true };
        let running = grantor_server::start(config, options).await?;
        serve::announce(&running)?;
        introduce()?;
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let shutdown = async {
            let _ = stopped.await;
        };
        let desk = tokio::spawn(sample::serve(listener, desk(), shutdown));
        serve::stopped().await?;
        let _ = stop.send(());
        running.stop().await;
        desk.abort();
        Ok(())
    }
}

/// The demo's own differences are nobody's business.
fn quietly(config: Config, file: &provision::ProvisionFile) -> anyhow::Result<()> {
    let shop = provision::Workshop::open(config)?;
    let plan = provision::plan(&shop, file, false)?;
    provision::apply(&shop, plan)?;
    shop.close();
    Ok(())
}

fn desk() -> SampleConfig {
    SampleConfig {
        listen: ([127, 0, 0, 1], 9100).into(),
        accounts_url: "http://127.0.0.1:9000".to_owned(),
        client_id: "1000.ZYLKERDESK0000000000000000000A".to_owned(),
        client_secret: "5a796c6b65724465736b000000000000000000000a".to_owned(),
        redirect_uri: "http://127.0.0.1:9100/callback".to_owned(),
        scopes: ["ZohoBigin.modules.ALL", "ZohoBigin.settings.modules.READ", "AaaServer.profile.READ"]
            .map(str::to_owned)
            .to_vec(),
        portal: Some(SamplePortal {
            id: "60001".to_owned(),
            name: "Zylker Partners".to_owned(),
            url: "http://127.0.0.1:9000".to_owned(),
        }),
        widget: Some("1000.ZYLKERWIDGET00000000000000000A".to_owned()),
    }
}

fn introduce() -> anyhow::Result<()> {
    say::line(
        "
Open this and click \"Connect to Bigin\":

    http://127.0.0.1:9100

Sign in as one of these people; everybody's password is  grantor-demo

    alice@zylker.example   United States, one organization
    bob@zylker.example     United States, three organizations: choose one
    eva@zylker.example     Europe: watch the browser go home to port 9001
    ravi@zylker.example    India
    nora@zylker.example    belongs to no organization
    pat@partner.example    only in the portal \"Zylker Partners\"
    li@zylker.example      China, which stands apart: start at http://127.0.0.1:9003

Or make yourself an account and an organization; the letter with its link is in the sandbox's mailbox:

    http://127.0.0.1:9000/sign-up
    http://127.0.0.1:9000/_sandbox/mail

Try your own application (a second terminal):

    target/release/grantor login --accounts-url http://127.0.0.1:9000 \\
      --client-id 1000.MYFIRSTAPP0000000000000000000A \\
      --client-secret 4d79466972737441707000000000000000000000aa \\
      --redirect-uri http://127.0.0.1:9911/callback \\
      --scope ZohoBigin.modules.ALL,AaaServer.profile.READ
    target/release/grantor token

A page without a server gets its token in the fragment (implicit), and another one while you are signed in:

    http://127.0.0.1:9100/widget

Alice's own script acts for her, without a browser:

    curl -d 'grant_type=client_credentials&client_id=1000.ZYLKERSCRIPT00000000000000000A' \\
      -d 'client_secret=5a796c6b657253637269707400000000000000000a' \\
      -d 'scope=ZohoBigin.modules.ALL' http://127.0.0.1:9000/oauth/v2/token

An application without a secret (`mobile`) is 1000.ZYLKERPOCKET00000000000000000A; leave --client-secret out.

Connect a device: open the verification_uri_complete of the answer, then poll with its device_code:

    curl -d 'grant_type=device_request&client_id=1004.ZYLKERSCREEN00000000000000000A&access_type=offline' \\
      -d 'scope=ZohoBigin.modules.ALL' http://127.0.0.1:9000/oauth/v3/device/code
    curl -d 'grant_type=device_token&client_id=1004.ZYLKERSCREEN00000000000000000A' \\
      -d 'client_secret=5a796c6b657253637265656e00000000000000000a' \\
      -d \"code=$DEVICE_CODE\" http://127.0.0.1:9000/oauth/v3/device/token

Register an application, or see why a request failed (as bob), and what an organization's administrator decides (as alice):

    http://127.0.0.1:9000/console    http://127.0.0.1:9000/organization/10001

Move time forward, and see tokens expire:

    curl -d '{\"advance\":\"61m\"}' http://127.0.0.1:9000/_sandbox/clock

Health and metrics: http://127.0.0.1:9090/metrics    Stop with Ctrl-C.
",
    )
}
