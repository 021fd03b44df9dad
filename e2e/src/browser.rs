//! A person at a browser: looks for fields and buttons by their names, types, presses, waits. Each page of ours that is
//! looked at is also checked for what it owes every person.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use fantoccini::actions::{InputSource as _, KeyAction, KeyActions};
use fantoccini::elements::Element;
use fantoccini::error::CmdError;
use fantoccini::key::Key;
use fantoccini::{Client, Locator};
use url::Url;

use crate::driver::{Driver, Settings};
use crate::elements::{self, Role};
use crate::{accessibility, environment};

const PATIENCE: Duration = Duration::from_secs(10);
/// More stops than any page has.
const MOST_TABS: usize = 40;
const MOMENT: Duration = Duration::from_millis(50);

/// The browser and the person in front of it.
#[derive(Debug)]
pub struct Browser {
    client: Client,
    settings: Settings,
    checked: RefCell<BTreeSet<String>>,
    shots: Cell<usize>,
    /// Dropped last, after the client.
    _driver: Driver,
}

/// Does something to an element. One that was found may have no place yet, while its page is being laid out (seen once, on a
/// busy machine); a person waits for that without noticing.
async fn settled<T>(act: impl AsyncFn() -> Result<T, CmdError>) -> Result<T, CmdError> {
    let began = Instant::now();
    loop {
        match act().await {
            Err(error) if error.is_element_not_interactable() && began.elapsed() < PATIENCE => {
                tokio::time::sleep(MOMENT).await;
            }
            done => return done,
        }
    }
}

impl Browser {
    /// A browser as most people have it.
    pub async fn open() -> Result<Self> {
        Self::with(Settings::default()).await
    }

    /// A browser with other settings.
    pub async fn with(settings: Settings) -> Result<Self> {
        let (driver, client) = Driver::start(settings).await?;
        let (checked, shots) = (RefCell::default(), Cell::new(0));
        Ok(Self { client, settings, checked, shots, _driver: driver })
    }

    /// The driver's client, for what has no word here.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Goes to an address.
    pub async fn go(&self, url: &str) -> Result<()> {
        Ok(self.client.goto(url).await?)
    }

    /// Where the browser is.
    pub async fn at(&self) -> Result<Url> {
        Ok(self.client.current_url().await?)
    }

    /// Everything that can be read on the page.
    pub async fn text(&self) -> Result<String> {
        let Ok(body) = self.client.find(Locator::Css("body")).await else { return Ok(String::new()) };
        Ok(body.text().await.unwrap_or_default())
    }

    /// The heading of the page.
    pub async fn heading(&self) -> Result<String> {
        let Ok(heading) = self.client.find(Locator::Css("h1")).await else { return Ok(String::new()) };
        Ok(heading.text().await.unwrap_or_default())
    }

    /// Is there such a thing on the page now?
    pub async fn sees(&self, role: Role, name: &str) -> Result<bool> {
        Ok(elements::look(&self.client, role, |found| found == name).await?.is_some())
    }

    /// Waits for a thing by its exact name, and checks the page on which it is.
    pub async fn find(&self, role: Role, name: &str) -> Result<Element> {
        self.find_by(role, name, |found| found == name).await
    }

    async fn find_by(&self, role: Role, name: &str, is_it: impl Fn(&str) -> bool) -> Result<Element> {
        let began = Instant::now();
        loop {
            // A page that is being replaced answers with errors; then it is looked at again.
            if let Ok(Some(element)) = elements::look(&self.client, role, &is_it).await {
                self.check().await?;
                return Ok(element);
            }
            if began.elapsed() > PATIENCE {
                self.shot("not-found").await?;
                let (at, text) = (self.at().await?, self.text().await?);
                bail!("no {role:?} `{name}` on {at}:\n{text}");
            }
            tokio::time::sleep(MOMENT).await;
        }
    }

    /// Presses a button.
    pub async fn press(&self, name: &str) -> Result<()> {
        let button = self.find(Role::Button, name).await?;
        settled(async || button.click().await).await.with_context(|| format!("pressing {name}"))
    }

    /// Presses the link or button whose name contains `part`, in any letter case.
    pub async fn follow(&self, part: &str) -> Result<()> {
        let part = part.to_lowercase();
        let began = Instant::now();
        loop {
            for role in [Role::Link, Role::Button] {
                let found = elements::look(&self.client, role, |name| name.to_lowercase().contains(&part)).await;
                if let Ok(Some(element)) = found {
                    self.check().await?;
                    return settled(async || element.click().await).await.with_context(|| format!("following {part}"));
                }
            }
            if began.elapsed() > PATIENCE {
                self.shot("not-found").await?;
                bail!("no way on called `{part}` on {}:\n{}", self.at().await?, self.text().await?);
            }
            tokio::time::sleep(MOMENT).await;
        }
    }

    /// Types into a field, in place of what it holds.
    pub async fn fill(&self, name: &str, text: &str) -> Result<()> {
        let field = self.find(Role::Field, name).await?;
        settled(async || field.clear().await).await.with_context(|| format!("emptying {name}"))?;
        field.send_keys(text).await.with_context(|| format!("typing into {name}"))
    }

    /// Chooses the radio button whose name begins so.
    pub async fn choose(&self, name: &str) -> Result<()> {
        let radio =
            self.find_by(Role::Radio, name, |found| found == name || found.starts_with(&format!("{name} "))).await?;
        if radio.click().await.is_err() {
            // The input lies under its label.
            let id = radio.attr("id").await?.context("a radio button without an id")?;
            self.client.find(Locator::Css(&format!("label[for='{id}']"))).await?.click().await?;
        }
        ensure!(radio.is_selected().await?, "{name} does not stay chosen");
        Ok(())
    }

    /// Ticks the box whose name contains `part`.
    pub async fn tick(&self, part: &str) -> Result<()> {
        let tick = self.find_by(Role::Checkbox, part, |found| found.contains(part)).await?;
        settled(async || tick.click().await).await.with_context(|| format!("ticking {part}"))?;
        ensure!(tick.is_selected().await?, "{part} does not stay ticked");
        Ok(())
    }

    /// Signs in, in one step or in two.
    pub async fn sign_in(&self, email: &str, password: &str) -> Result<()> {
        self.give_email(email).await?;
        self.fill("Password", password).await?;
        self.press("Sign in").await
    }

    /// Types the e-mail address and, when sign-in has two steps, goes on to the password.
    pub async fn give_email(&self, email: &str) -> Result<()> {
        self.fill("Email", email).await?;
        if !self.sees(Role::Field, "Password").await? {
            self.press("Next").await?;
            self.find(Role::Field, "Password").await?;
        }
        Ok(())
    }

    /// Presses one key.
    pub async fn key(&self, key: Key) -> Result<()> {
        let press = KeyActions::new("keyboard".into())
            .then(KeyAction::Down { value: key.into() })
            .then(KeyAction::Up { value: key.into() });
        Ok(self.client.perform_actions(press).await?)
    }

    /// Goes with the tabulator key until the focus is on what is called `name`.
    pub async fn tab_to(&self, name: &str) -> Result<Element> {
        let mut passed = Vec::new();
        for _ in 0..MOST_TABS {
            if let Ok(focused) = self.client.active_element().await {
                let found = elements::name(&self.client, &focused).await.unwrap_or_default();
                if found == name {
                    return Ok(focused);
                }
                passed.push(found);
            }
            self.key(Key::Tab).await?;
        }
        bail!("the keyboard never reaches `{name}` on {}; it passes {passed:?}", self.at().await?)
    }

    /// Waits until the page's text contains `words`.
    pub async fn read(&self, words: &str) -> Result<()> {
        let began = Instant::now();
        while !self.text().await?.contains(words) {
            if began.elapsed() > PATIENCE {
                self.shot("not-read").await?;
                bail!("`{words}` never came on {}:\n{}", self.at().await?, self.text().await?);
            }
            tokio::time::sleep(MOMENT).await;
        }
        Ok(())
    }

    /// Waits until the browser is at an address that begins so.
    pub async fn arrive(&self, prefix: &str) -> Result<Url> {
        let began = Instant::now();
        loop {
            let at = self.at().await?;
            if at.as_str().starts_with(prefix) {
                return Ok(at);
            }
            if began.elapsed() > PATIENCE {
                self.shot("not-arrived").await?;
                bail!("never arrived at {prefix}, but at {at}:\n{}", self.text().await?);
            }
            tokio::time::sleep(MOMENT).await;
        }
    }

    /// Checks what the page owes every person; each kind of page once.
    pub async fn check(&self) -> Result<()> {
        if !self.settings.has_script {
            return Ok(());
        }
        let page = format!("{} `{}`", self.at().await?.path(), self.heading().await?);
        if self.checked.borrow_mut().insert(page.clone()) {
            self.shot("page").await?;
            accessibility::check(&self.client, &page).await?;
        }
        Ok(())
    }

    /// A picture of the page, when pictures are wanted.
    pub async fn shot(&self, label: &str) -> Result<()> {
        let Some(folder) = environment::shots() else { return Ok(()) };
        let test = std::thread::current().name().unwrap_or("test").replace("::", "-");
        let number = self.shots.get();
        self.shots.set(number + 1);
        std::fs::create_dir_all(&folder)?;
        let picture = self.client.screenshot().await?;
        std::fs::write(folder.join(format!("{test}-{number:02}-{label}.png")), picture)?;
        Ok(())
    }
}
