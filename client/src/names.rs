//! The address book: short names for participants and items, kept on this device only.
//!
//! A name stands wherever an id may. Ids are never guessed from parts of names.

use std::collections::BTreeMap;
use std::str::FromStr;

use crate::error::{ClientError, Result, words};
use crate::home::{Home, read_text, write_durably};

/// The names of one home folder.
#[derive(Clone, Debug, Default)]
pub struct Names {
    names: BTreeMap<String, String>,
}

impl Names {
    /// Reads `names.toml`.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn load(home: &Home) -> Result<Self> {
        let path = home.join("names.toml");
        let Some(text) = read_text(&path)? else { return Ok(Self::default()) };
        let names = toml::from_str(&text).map_err(|error| ClientError::io(&path, error))?;
        Ok(Self { names })
    }

    /// Gives a name to an id and keeps it; an earlier meaning of the name is gone.
    ///
    /// # Errors
    /// The name could be an id, or the file cannot be written.
    pub fn set(&mut self, home: &Home, name: &str, id: &str) -> Result<()> {
        let looks_like_id = name.len() > 2 && name.as_bytes().get(1) == Some(&b'-') && name.len() >= 28;
        if name.is_empty()
            || name.chars().any(|c| c.is_whitespace() || c.is_control() || c == '=')
            || looks_like_id
        {
            return Err(ClientError::usage(words!(
                "{name:?} cannot be a name: no blanks, no `=`, and no id",
                "{name:?} 不能用作名称：不得含空格、`=`，也不得为编号",
                "{name:?} não pode ser nome: sem espaços, sem `=`, e não um id"
            )));
        }
        // Another command may have named something since this one read.
        let turn = home.lock("names")?;
        self.names = Self::load(home)?.names;
        self.names.insert(name.to_owned(), id.to_owned());
        let path = home.join("names.toml");
        let text = toml::to_string(&self.names).map_err(|error| ClientError::io(&path, error))?;
        write_durably(&path, text.as_bytes())?;
        drop(turn);
        Ok(())
    }

    /// All names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.names.iter().map(|(name, id)| (name.as_str(), id.as_str()))
    }

    /// The name of an id, if it has one.
    #[must_use]
    pub fn name_of(&self, id: &str) -> Option<&str> {
        self.iter().find(|(_, known)| *known == id).map(|(name, _)| name)
    }

    /// The id's text that a person meant: what stands under the name, or the text itself.
    #[must_use]
    pub fn resolve<'a>(&'a self, text: &'a str) -> &'a str {
        self.names.get(text).map_or(text, String::as_str)
    }

    /// Reads an id or a name of one.
    ///
    /// # Errors
    /// It is neither.
    pub fn id<T: FromStr>(&self, text: &str) -> Result<T>
    where
        T::Err: std::fmt::Display,
    {
        self.resolve(text).parse().map_err(|error: T::Err| {
            ClientError::usage(words!(
                "{text:?} is no name of your address book (`lode name list`): {error}",
                "{text:?} 不在通讯录中（`lode name list`），也不是编号",
                "{text:?} não é nome da sua agenda (`lode name list`), nem um id"
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use lode_ledger::id::{ItemId, ParticipantId};

    use super::*;

    #[test]
    fn names_stand_for_ids() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::open(folder.path()).unwrap();
        let id = "U-01ARZ3NDEKTSV4RRFFQ69G5FAV";
        let mut names = Names::load(&home).unwrap();
        names.set(&home, "师傅", id).unwrap();
        let names = Names::load(&home).unwrap();
        assert_eq!(names.id::<ParticipantId>("师傅").unwrap().to_string(), id);
        assert_eq!(names.id::<ParticipantId>(id).unwrap().to_string(), id);
        assert_eq!(names.name_of(id), Some("师傅"));
        assert!(names.id::<ItemId>("师傅").is_err(), "a participant is no item");
        assert!(names.id::<ItemId>("nobody").unwrap_err().to_string().contains("nobody"));
        // One that read before the other wrote forgets nothing.
        let (mut first, mut second) = (names.clone(), names.clone());
        first.set(&home, "老师", id).unwrap();
        second.set(&home, "学徒", id).unwrap();
        assert_eq!(Names::load(&home).unwrap().iter().count(), 3);
        assert!(Names::default().set(&home, id, id).is_err());
        assert!(Names::default().set(&home, "a b", id).is_err());
    }
}
