//! What every command finds on the desk: the home folder, the settings, the node, the address book; and the key, once
//! its passphrase is known.

use std::path::Path;

use lode_ledger::id::ParticipantId;
use lode_ledger::key::SecretKey;
use lode_ledger::lang::Lang;
use lode_ledger::statement::Issuer;
use lode_ledger::time::Timestamp;
use zeroize::Zeroizing;

use super::args::Global;
use crate::error::{ClientError, Result, words};
use crate::home::{Config, Home, LedgerName};
use crate::keyring;
use crate::names::Names;
use crate::node::{MEMBERS_ONLY, Node};
use crate::session::{Session, local_time, no_node};

pub(crate) struct Desk {
    pub(crate) home: Home,
    pub(crate) config: Config,
    pub(crate) names: Names,
    pub(crate) lang: Lang,
    pub(crate) global: Global,
    /// Absent offline and where none was ever named.
    pub(crate) node: Option<Node>,
}

/// The language asked for; else the environment's; else English.
pub(crate) fn language(global: &Global) -> Lang {
    if let Some(lang) = global.lang.as_ref().and_then(|text| text.parse().ok()) {
        return lang;
    }
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| std::env::var(name).ok());
    set.into_iter().find(|value| !value.is_empty()).map_or(Lang::En, |value| Lang::negotiate(&value))
}

impl Desk {
    pub(crate) fn open(global: Global) -> Result<Self> {
        if let Some(text) = &global.lang
            && text.parse::<Lang>().is_err()
        {
            return Err(ClientError::usage(words!(
                "--lang {text}: languages are en, zh and pt",
                "--lang {text}：语言为 en、zh、pt",
                "--lang {text}: os idiomas são en, zh e pt"
            )));
        }
        let lang = language(&global);
        let path = match &global.home {
            Some(path) => path.clone(),
            None => Home::default_path()?,
        };
        let home = Home::open(path)?;
        let config = home.config()?;
        let names = Names::load(&home)?;
        let url = global.node.as_ref().or(config.node.as_ref()).filter(|_| !global.offline);
        let node = url.map(|url| Node::new(url, lang)).transpose()?;
        Ok(Self { home, config, names, lang, global, node })
    }

    /// One of three texts.
    pub(crate) const fn say<'a>(&self, en: &'a str, zh: &'a str, pt: &'a str) -> &'a str {
        match self.lang {
            Lang::En => en,
            Lang::Zh => zh,
            Lang::Pt => pt,
        }
    }

    pub(crate) fn node(&self) -> Result<&Node> {
        self.node.as_ref().ok_or_else(no_node)
    }

    /// Asks the node; as the participant, whose key is asked for then, where the ledger shows that to its members only.
    pub(crate) fn reading<T>(&self, ask: impl Fn(&Node) -> Result<T>) -> Result<T> {
        match ask(self.node()?) {
            Err(ClientError::Node { status: MEMBERS_ONLY, .. }) => ask(self.session()?.node()?),
            answer => answer,
        }
    }

    /// The time of what is done now.
    pub(crate) fn at(&self) -> Result<Timestamp> {
        match &self.global.at {
            None => Ok(local_time()),
            Some(text) => Timestamp::parse(text).map_err(|error| {
                ClientError::usage(words!(
                    "--at {text}: {error}",
                    "--at {text}：应写作 2026-03-01T14:00:00+08:00",
                    "--at {text}: o esperado é 2026-03-01T14:00:00+08:00"
                ))
            }),
        }
    }

    /// The ledger of the settings; of the node at first contact, which is then kept.
    pub(crate) fn ledger(&self) -> Result<LedgerName> {
        if let Some(ledger) = &self.config.ledger {
            return Ok(ledger.clone());
        }
        let ledger = self.node()?.ledger()?;
        let mut config = self.home.config()?;
        config.ledger = Some(ledger.clone());
        self.home.save_config(&config)?;
        Ok(ledger)
    }

    /// Who signs.
    pub(crate) fn participant(&self) -> Result<ParticipantId> {
        let text = self.global.sign_as.as_ref().or(self.config.participant.as_ref());
        let text = text.ok_or_else(|| {
            let home = self.home.path().display();
            ClientError::usage(words!(
                "who signs is not known in {home}: use `lode enrol accept`, or --as PARTICIPANT; LODE_HOME or --home names another folder",
                "{home} 中未设定签署身份：请运行 `lode enrol accept`，或用 --as 指定参与方；另一文件夹用 LODE_HOME 或 --home 指定",
                "em {home} não se sabe quem assina: use `lode enrol accept`, ou --as PARTICIPANTE; LODE_HOME ou --home indica outra pasta"
            ))
        })?;
        self.names.id(text)
    }

    /// The name of the key that signs.
    pub(crate) fn key_name(&self) -> Result<&str> {
        let name = self.global.with_key.as_deref().or(self.config.key.as_deref());
        name.ok_or_else(|| {
            let home = self.home.path().display();
            ClientError::usage(words!(
                "which key signs is not known in {home}: use `lode setup --key NAME` or --with-key; LODE_HOME or --home names another folder",
                "{home} 中未设定签名密钥：请用 `lode setup --key 名称` 或 --with-key；另一文件夹用 LODE_HOME 或 --home 指定",
                "em {home} não se sabe que chave assina: use `lode setup --key NOME` ou --with-key; LODE_HOME ou --home indica outra pasta"
            ))
        })
    }

    pub(crate) fn unlock(&self, name: &str) -> Result<SecretKey> {
        // Asking for the passphrase of a key that is not there would be unkind.
        keyring::info(&self.home, name)?;
        let passphrase = self.passphrase(&format!(
            "{} {name}: ",
            self.say("Passphrase of key", "密钥口令", "Senha da chave")
        ))?;
        keyring::unlock(&self.home, name, &passphrase)
    }

    /// From the file, the environment, or the person.
    pub(crate) fn passphrase(&self, prompt: &str) -> Result<Zeroizing<String>> {
        if let Some(path) = &self.global.passphrase_file {
            return first_line(path);
        }
        if let Ok(passphrase) = std::env::var("LODE_PASSPHRASE") {
            return Ok(Zeroizing::new(passphrase));
        }
        rpassword::prompt_password(prompt).map(Zeroizing::new).map_err(|error| {
            ClientError::usage(words!(
                "no passphrase can be asked for here ({error}): use --passphrase-file or LODE_PASSPHRASE",
                "此处无法询问口令（{error}）：请用 --passphrase-file 或 LODE_PASSPHRASE",
                "não é possível pedir a senha aqui ({error}): use --passphrase-file ou LODE_PASSPHRASE"
            ))
        })
    }

    /// The passphrase of a key that is being made; who types it, types it twice.
    pub(crate) fn new_passphrase(&self) -> Result<Zeroizing<String>> {
        let first = self.passphrase(self.say("New passphrase: ", "新口令：", "Nova senha: "))?;
        if first.is_empty() {
            return Err(ClientError::usage(words!(
                "the passphrase is empty: whoever gets the key's file could sign with it. Nothing was made; choose a passphrase",
                "口令为空：任何拿到密钥文件的人都能用它签署。未生成密钥，请设置口令",
                "a senha está vazia: quem tiver o arquivo da chave poderia assinar com ela. Nada foi criado; escolha uma senha"
            )));
        }
        if self.asks() && *first != *self.passphrase(self.say("Once more: ", "再输一次：", "De novo: "))?
        {
            return Err(ClientError::usage(words!(
                "the two passphrases differ; nothing was made",
                "两次口令不一致；未生成密钥",
                "as duas senhas diferem; nada foi criado"
            )));
        }
        Ok(first)
    }

    /// Whether the passphrase comes from a person at the keyboard.
    pub(crate) fn asks(&self) -> bool {
        self.global.passphrase_file.is_none() && std::env::var_os("LODE_PASSPHRASE").is_none()
    }

    /// The participant with the key in hand.
    pub(crate) fn session(&self) -> Result<Session> {
        let ledger = self.ledger()?;
        let issuer = Issuer::Participant(self.participant()?);
        let key = self.unlock(self.key_name()?)?;
        self.session_of(ledger, issuer, key)
    }

    pub(crate) fn session_of(&self, ledger: LedgerName, issuer: Issuer, key: SecretKey) -> Result<Session> {
        let mut session = Session::new(self.home.clone(), self.node.clone(), ledger, issuer, key);
        session.open = self.global.open.iter().cloned().collect();
        session.at = self.global.at.as_ref().map(|_| self.at()).transpose()?;
        let reference = self.global.reference.as_deref().map(str::parse).transpose();
        session.reference = reference.map_err(|error| {
            ClientError::usage(words!(
                "--reference: {error}",
                "--reference：最多64个字符，只用 A-Z a-z 0-9 . _ / -",
                "--reference: até 64 de A-Z a-z 0-9 . _ / -"
            ))
        })?;
        Ok(session)
    }
}

fn first_line(path: &Path) -> Result<Zeroizing<String>> {
    let text = std::fs::read_to_string(path).map_err(|error| ClientError::io(path, error))?;
    let text = Zeroizing::new(text);
    Ok(Zeroizing::new(text.lines().next().unwrap_or_default().to_owned()))
}
