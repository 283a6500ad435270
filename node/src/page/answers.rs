//! The answers of the page, each with its evidence level and who says it: what is it, where is the material from, who
//! made it. Whether it was treated is answered in `treated`.
//!
//! An answer is only as good as its evidence: none is a tick, and "not stated" stays "not stated".

use lode_ledger::event::Event;
use lode_ledger::event::body::OriginShare;
use lode_ledger::id::{CredentialId, ItemId, ItemKind, ParticipantId};
use lode_ledger::record::{CertificateLink, Item, Record, RecordKey};
use lode_ledger::statement::Issuer;
use lode_ledger::vocab::{CertificateScope, Code, Country, EvidenceLevel, Nature};

use super::ancestry::Ancestry;
use super::phrase::plain;
use super::source::Reader;
use super::text::{PageLang, Texts};
use super::timeline::Told;

/// What clients write for the scheme or the grader of a grade that names none.
const NOT_STATED: &str = "not stated";

/// An evidence level as the page shows it: four steps, some of them filled, and its name.
#[derive(Clone)]
pub struct Chip {
    /// How many of the four steps are filled, from 1.
    pub filled: u8,
    /// The level's name.
    pub name: String,
}

/// Whether a laboratory's certificate speaks of the piece as it is now: bound to it, not replaced, and not of the time
/// before it was cut again.
pub(super) fn speaks_of_it(link: &CertificateLink) -> bool {
    link.bound && link.scope == CertificateScope::ITEM && link.reissued_as.is_none() && link.void.is_none()
}

impl Chip {
    /// The chip of a level.
    #[must_use]
    pub fn of(level: Code<EvidenceLevel>, texts: Texts) -> Self {
        Self { filled: level.rank() + 1, name: level.name(texts.0.lang()).to_owned() }
    }

    /// Whether step `n` of four, from 1, is filled.
    #[must_use]
    pub const fn has(&self, n: &u8) -> bool {
        *n <= self.filled
    }
}

/// One named fact below an answer.
pub struct Fact {
    /// What it is about.
    pub label: String,
    /// What is said.
    pub text: String,
    /// How well it is supported, where that differs from the whole answer.
    pub chip: Option<Chip>,
}

/// One of the four answers.
pub struct Answer {
    /// The question.
    pub question: &'static str,
    /// The answer in a few words.
    pub headline: String,
    /// How well it is supported; absent where nothing is said.
    pub chip: Option<Chip>,
    /// Who says so.
    pub who: String,
    /// Sentences that belong to the headline.
    pub lines: Vec<String>,
    /// More, by name.
    pub facts: Vec<Fact>,
    /// A sentence of explanation.
    pub note: String,
    /// Nothing is known: shown quietly.
    pub silent: bool,
}

/// What the answers are made from.
pub(super) struct Known<'a> {
    /// The reader.
    pub reader: &'a Reader<'a>,
    /// The texts.
    pub texts: Texts,
    /// The item's id.
    pub id: &'a ItemId,
    /// The item.
    pub item: &'a Item,
    /// What is behind it.
    pub ancestry: &'a Ancestry,
    /// Every event on both.
    pub told: &'a [Told],
}

impl Known<'_> {
    pub(super) fn fact(label: &str, text: impl Into<String>) -> Fact {
        Fact { label: label.to_owned(), text: text.into(), chip: None }
    }

    /// Names of those who declared the lots at the beginning.
    fn declarers(&self) -> Vec<String> {
        let own = self.item.entry.is_some().then_some(self.item.creator);
        let mut ids: Vec<_> =
            own.into_iter().chain(self.ancestry.roots().map(|(_, lot)| lot.creator)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids.iter().map(|id| self.reader.name(id, self.texts)).collect()
    }

    /// A descriptive field's present value; sealed ones are not shown.
    #[must_use]
    pub(super) fn detail(&self, name: &str) -> Option<String> {
        let detail = self.item.details.iter().find(|d| d.field.rsplit('.').next() == Some(name))?;
        let value = lode_ledger::json::Json::parse(detail.value.as_bytes()).ok()?;
        value.as_str().map(str::to_owned)
    }

    /// What the item is called in one line: its own name, or variety or mineral.
    #[must_use]
    pub(super) fn title(&self) -> String {
        let lang = self.texts.0.lang();
        if let Some(name) = self.detail("name").or_else(|| self.detail("trade_name")) {
            return name;
        }
        self.material_name()
            .map_or_else(|| self.item.claims.species.name(lang).to_owned(), |name| sentence(&name))
    }

    fn material_name(&self) -> Option<String> {
        let claims = &self.item.claims;
        let lang = self.texts.0.lang();
        Some(claims.variety.map_or_else(|| claims.species.name(lang), |v| v.name(lang)).to_owned())
    }

    /// What is it?
    #[must_use]
    pub(super) fn what(&self) -> Answer {
        let (texts, lang, claims) = (self.texts, self.texts.0.lang(), &self.item.claims);
        let material = self.material_name().unwrap_or_default();
        let form = self.item.form.name(lang);
        let headline = match texts.0 {
            PageLang::En => sentence(&format!("{material}, {form}")),
            PageLang::Zh => format!("{material}，{form}"),
        };
        let mut facts = vec![Self::fact(texts.species(), claims.species.name(lang))];
        let chip = claims.nature_evidence.map(|level| Chip::of(level, texts));
        facts.push(Fact { chip, ..Self::fact(texts.nature(), claims.nature.name(lang)) });
        if let Some(grade) = self.grade() {
            facts.push(Self::fact(texts.grade(), grade));
        }
        facts.push(Self::fact(texts.mass(), self.mass()));
        if let Some(count) = self.item.count {
            let unit = texts.pieces_unit();
            facts.push(Self::fact(texts.count(), format!("{} {unit}", count.left.max(count.entered))));
        }
        for link in self.item.certificates.iter().filter(|link| speaks_of_it(link)) {
            facts.push(Self::fact(texts.certificate(), format!("{} {}", link.issuer_code, link.number)));
        }
        facts.extend(self.inspections());
        let mut who = self.declarers();
        if who.is_empty() {
            who.push(self.reader.name(&self.item.creator, texts));
        }
        Answer {
            question: texts.what_is_it(),
            headline,
            chip: Some(Chip::of(EvidenceLevel::SELF_DECLARED, texts)),
            who: texts.list(&who),
            lines: Vec::new(),
            facts,
            note: if claims.nature == Nature::NOT_STATED {
                texts.gap_nature().to_owned()
            } else {
                String::new()
            },
            silent: false,
        }
    }

    fn mass(&self) -> String {
        let mass = &self.item.mass;
        let whole = self.id.kind() == ItemKind::Piece || mass.left == mass.entered;
        if whole && !mass.left.is_zero() {
            return mass.left.to_string();
        }
        match self.texts.0 {
            PageLang::En => format!(
                "{} {}, {} {}",
                mass.entered,
                self.texts.mass_entered(),
                mass.left,
                self.texts.mass_left()
            ),
            PageLang::Zh => format!(
                "{} {}，{} {}",
                self.texts.mass_entered(),
                mass.entered,
                self.texts.mass_left(),
                mass.left
            ),
        }
    }

    fn grade(&self) -> Option<String> {
        let detail = self.item.details.iter().find(|d| d.field.rsplit('.').next() == Some("grade"))?;
        let value = lode_ledger::json::Json::parse(detail.value.as_bytes()).ok()?;
        let part = |name| value.get(name).map(plain).filter(|text| text != NOT_STATED);
        let texts = self.texts;
        let scheme = part("scheme").unwrap_or_else(|| texts.no_scheme().to_owned());
        let grader = part("grader").unwrap_or_else(|| texts.no_grader().to_owned());
        Some(texts.bracketed(&part("value")?, &texts.list(&[scheme, grader])))
    }

    /// Where is the material from?
    #[must_use]
    pub(super) fn origin(&self) -> Answer {
        let (texts, lang, claims) = (self.texts, self.texts.0.lang(), &self.item.claims);
        let names: Vec<String> = claims.origins.iter().map(|o| o.country.name(lang).to_owned()).collect();
        let shares: Vec<String> =
            claims.origins.iter().map(|o| format!("{} {}", o.country.name(lang), o.share)).collect();
        let discrete = self.id.kind() != ItemKind::Lot;
        let (mut lines, mut facts) = (Vec::new(), Vec::new());
        let headline = if names.len() > 1 && discrete {
            let ratio: Vec<String> = claims.origins.iter().map(|o| percent(o.share.get())).collect();
            let ratio = ratio.join(" : ");
            lines.push(texts.drawn_from(&ratio));
            match texts.0 {
                PageLang::En => format!("{} {}", texts.one_of(), texts.or(&names)),
                PageLang::Zh => format!("{}{}", texts.one_of(), texts.list(&names)),
            }
        } else if names.len() > 1 {
            lines.push(texts.by_mass_blend().to_owned());
            texts.list(&shares)
        } else {
            texts.list(&names)
        };
        if let Some(country) = self.maker_country() {
            let material = texts.or(&names);
            lines.push(texts.made_in_of(country.name(lang), &material));
        }
        self.supplier_facts(&mut facts);
        facts.extend(self.passage());
        facts.push(Self::fact(texts.chain_model(), claims.model.name(lang)));
        let made = self.item.entry.is_none();
        Answer {
            question: texts.material_from(),
            headline,
            chip: Some(Chip::of(claims.origin_evidence, texts)),
            who: texts.list(&self.declarers()),
            lines,
            facts,
            note: if made { texts.origin_difference().to_owned() } else { texts.material_only().to_owned() },
            silent: false,
        }
    }

    /// Of each lot at the beginning: whether its supplier signed the same, and from which mine it is said to be.
    fn supplier_facts(&self, facts: &mut Vec<Fact>) {
        let texts = self.texts;
        let own = self.item.entry.is_some().then_some((self.id, self.item));
        let roots: Vec<(&ItemId, &Item)> = own.into_iter().chain(self.ancestry.roots()).collect();
        for (id, lot) in &roots {
            let of = RecordKey::Item(**id);
            let mut signed = self
                .told
                .iter()
                .filter(|told| told.of == of && matches!(told.event, Event::SupplierCountersigned(_)));
            let text = match signed.next() {
                Some(told) if matches!(told.issuer, Issuer::Link(_)) => texts.countersigned_by_link(),
                Some(_) => texts.countersigned_by_supplier(),
                None => texts.supplier_silent(),
            };
            let names: Vec<String> =
                lot.claims.origins.iter().map(|o| o.country.name(texts.0.lang()).to_owned()).collect();
            let label = if roots.len() > 1 { texts.list(&names) } else { texts.supplier().to_owned() };
            facts.push(Self::fact(&label, text));
        }
        let mines = self.mines();
        if !mines.is_empty() {
            facts.push(Self::fact(texts.mine(), texts.list(&mines)));
        }
    }

    /// The mines that stand open in the declarations.
    #[must_use]
    pub(super) fn mines(&self) -> Vec<String> {
        let declared = self.told.iter().filter_map(|told| match &told.event {
            Event::LotDeclared(body) => Some(body),
            _ => None,
        });
        let open = |origin: &OriginShare| origin.mine.as_ref()?.clear().map(ToString::to_string);
        declared.flat_map(|body| body.origins.iter().filter_map(open).collect::<Vec<_>>()).collect()
    }

    fn maker(&self) -> Option<ParticipantId> {
        self.item.maker.or_else(|| self.ancestry.jobs().next().map(|(_, work)| work.studio))
    }

    fn maker_country(&self) -> Option<Code<Country>> {
        self.reader.participant(&self.maker()?)?.country
    }

    /// The titles and training that others say a participant has, and that are good now.
    fn titles(&self, of: &ParticipantId) -> Vec<Fact> {
        let (texts, reader) = (self.texts, self.reader);
        let clock = match reader.record(&RecordKey::Clock).as_deref() {
            Some(Record::Clock(clock)) => clock.time,
            _ => return Vec::new(),
        };
        let held = reader.participant(of).and_then(|participant| participant.credentials).unwrap_or_default();
        let title = |id: &CredentialId| match reader.record(&RecordKey::Credential(*id)).as_deref() {
            Some(Record::Credential(held)) if held.stands(clock) => {
                let kind = held.kind.name(texts.0.lang());
                let issuer = reader.name(&held.issuer, texts);
                let text = format!("{kind}: {} · {} {issuer}", held.title, texts.title_issued_by());
                Some(Self::fact(texts.title_held(), text))
            }
            _ => None,
        };
        held.iter().filter_map(title).collect()
    }

    /// Who made it?
    #[must_use]
    pub(super) fn made_by(&self) -> Answer {
        let (texts, lang) = (self.texts, self.texts.0.lang());
        let Some(maker) = self.maker() else {
            return Answer {
                question: texts.made_by(),
                headline: texts.not_worked().to_owned(),
                chip: None,
                who: String::new(),
                lines: Vec::new(),
                facts: Vec::new(),
                note: String::new(),
                silent: true,
            };
        };
        let name = self.reader.name(&maker, texts);
        let place = self.maker_country().map(|country| country.name(lang));
        let headline = match (place, texts.0) {
            (Some(place), PageLang::En) => sentence(&format!("{name}, {place}")),
            (Some(place), PageLang::Zh) => format!("{name}（{place}）"),
            (None, _) => sentence(&name),
        };
        let mut facts = self.titles(&maker);
        for (_, work) in self.ancestry.jobs() {
            let mut text = work.process.name(lang).to_owned();
            if work.studio != maker {
                text = format!("{text}, {}", self.reader.name(&work.studio, texts));
            }
            if work.steps > 0 {
                text = format!("{text} · {} {}", work.steps, texts.steps_logged());
            }
            facts.push(Self::fact(texts.job(), text));
        }
        Answer {
            question: texts.made_by(),
            headline,
            chip: Some(Chip::of(EvidenceLevel::SELF_DECLARED, texts)),
            who: name,
            lines: Vec::new(),
            facts,
            note: texts.maker_signs().to_owned(),
            silent: false,
        }
    }
}

/// A share in per cent without the sign, as in a ratio: 70, 33.3333.
fn percent(ppm: u32) -> String {
    let (whole, rest) = (ppm / 10_000, ppm % 10_000);
    if rest == 0 {
        return whole.to_string();
    }
    format!("{whole}.{}", format!("{rest:04}").trim_end_matches('0'))
}

/// With a capital first letter.
pub(super) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use lode_ledger::hash::Hash;
    use lode_ledger::id::LogIndex;
    use lode_ledger::record::EventRef;

    use super::*;

    #[test]
    fn only_a_standing_certificate_of_this_piece_speaks_of_it() {
        let standing = CertificateLink {
            certificate: Hash::of(b"GTC 1"),
            issuer_code: "GTC".to_owned(),
            number: "1".to_owned(),
            bound: true,
            scope: CertificateScope::ITEM,
            void: None,
            reissued_as: None,
        };
        assert!(speaks_of_it(&standing));
        let recut = Some(EventRef { index: LogIndex(3), event: 0 });
        for other in [
            CertificateLink { bound: false, ..standing.clone() },
            CertificateLink { scope: CertificateScope::SAMPLE, ..standing.clone() },
            CertificateLink { void: recut, ..standing.clone() },
            CertificateLink { reissued_as: Some("2".to_owned()), ..standing.clone() },
        ] {
            assert!(!speaks_of_it(&other), "{other:?}");
        }
    }
}
