//! "Has it been treated?", from what is known of each treatment.
//!
//! "Not stated" is no answer and never becomes "none"; and that somebody declares none is his word, shown as that.

use lode_ledger::event::Event;
use lode_ledger::event::body::TreatmentStatement;
use lode_ledger::record::TreatmentState;
use lode_ledger::vocab::{Code, Disclosure, EvidenceLevel, Finding, Step, Treatment};

use super::answers::{Answer, Chip, Fact, Known};

/// So many treatments that are said to be absent stand in the headline by name.
const MAX_NAMED: usize = 3;

/// Treatments of which the same person says the same.
struct Said<'a> {
    states: Vec<&'a TreatmentState>,
    finding: Code<Finding>,
    evidence: Code<EvidenceLevel>,
    who: String,
}

impl Known<'_> {
    /// Has it been treated?
    #[must_use]
    pub(super) fn treated(&self) -> Answer {
        let texts = self.texts;
        let stated: Vec<&TreatmentState> =
            self.item.claims.treatments.iter().filter(|state| state.finding != Finding::NOT_STATED).collect();
        let mut answer = Answer {
            question: texts.treated(),
            headline: texts.treatments_not_stated().to_owned(),
            chip: None,
            who: String::new(),
            lines: Vec::new(),
            facts: Vec::new(),
            note: texts.not_stated_means().to_owned(),
            silent: true,
        };
        if stated.is_empty() {
            return answer;
        }
        answer.silent = false;
        answer.headline = self.treated_headline(&stated);
        // The headline is as good as the weakest of what it says.
        let any_on = stated.iter().any(|state| is_on(state));
        let in_headline = |state: &TreatmentState| is_on(state) == any_on;
        let levels = stated.iter().filter(|state| in_headline(state)).map(|state| state.evidence);
        answer.chip = levels.reduce(Code::lower).map(|level| Chip::of(level, texts));
        let said = self.said(&stated);
        let mut who: Vec<String> = said
            .iter()
            .filter(|said| said.states.iter().any(|state| in_headline(state)))
            .map(|said| said.who.clone())
            .filter(|who| !who.is_empty())
            .collect();
        who.sort_unstable();
        who.dedup();
        answer.who = texts.list(&who);
        answer.facts = said.iter().map(|said| self.treatment_fact(said)).collect();
        let partly = stated.iter().any(|state| state.finding.attribute("says") == Some("partly"));
        let rest = stated.len() < Code::<Treatment>::all().count();
        let notes = [(partly, texts.rest_not_stated()), (rest, texts.others_not_stated())];
        answer.note =
            notes.iter().filter(|(said, _)| *said).map(|(_, text)| *text).collect::<Vec<_>>().join(" ");
        answer
    }

    /// One group for all that the same person says to be absent in the same way; everything else by itself.
    fn said<'a>(&self, stated: &[&'a TreatmentState]) -> Vec<Said<'a>> {
        let mut groups: Vec<Said<'a>> = Vec::new();
        for state in stated.iter().copied() {
            let who = self.who_on(state.treatment);
            let same = groups.iter_mut().find(|group| {
                is_absent(state)
                    && (group.finding, group.evidence) == (state.finding, state.evidence)
                    && group.who == who
            });
            match same {
                Some(group) => group.states.push(state),
                None => {
                    let (finding, evidence) = (state.finding, state.evidence);
                    groups.push(Said { states: vec![state], finding, evidence, who });
                }
            }
        }
        groups
    }

    fn treatment_fact(&self, said: &Said<'_>) -> Fact {
        let (texts, lang) = (self.texts, self.texts.0.lang());
        let names: Vec<String> =
            said.states.iter().map(|state| state.treatment.name(lang).to_owned()).collect();
        let finding = said.finding.name(lang).to_owned();
        let (label, mut text) = match names.as_slice() {
            [one] => (one.clone(), finding),
            many => (finding, texts.list(many)),
        };
        if !said.who.is_empty() {
            text = format!("{text} · {}", said.who);
        }
        let specific =
            |state: &&TreatmentState| is_on(state) && state.treatment.disclosure() == Disclosure::Specific;
        if said.states.iter().any(specific) {
            text = format!("{text} · {}", texts.disclose_specific());
        }
        Fact { label, text, chip: Some(Chip::of(said.evidence, texts)) }
    }

    /// What is on the goods, or else what is said not to be.
    fn treated_headline(&self, stated: &[&TreatmentState]) -> String {
        let (texts, lang) = (self.texts, self.texts.0.lang());
        let says = |kind: &'static str| {
            let of_kind = stated.iter().filter(move |state| state.finding.attribute("says") == Some(kind));
            of_kind.map(|state| state.treatment.name(lang).to_owned()).collect::<Vec<String>>()
        };
        let on: Vec<String> =
            [(texts.treated_title(), says("present")), (texts.treated_in_part(), says("partly"))]
                .into_iter()
                .filter(|(_, names)| !names.is_empty())
                .map(|(title, names)| texts.titled(title, &texts.list(&names)))
                .collect();
        if !on.is_empty() {
            return on.join(" · ");
        }
        let absent = says("absent");
        let by_lab = stated.iter().all(|state| state.finding == Finding::LAB_NONE_DETECTED);
        match (by_lab, absent.len()) {
            (true, ..=MAX_NAMED) => texts.titled(texts.lab_found_none(), &texts.list(&absent)),
            (true, many) => texts.lab_found_none_of(many),
            (false, many) if many == Code::<Treatment>::all().count() => {
                texts.declared_untreated().to_owned()
            }
            (false, ..=MAX_NAMED) => texts.declared_not(&absent),
            (false, many) => texts.declared_untreated_in(many),
        }
    }

    /// Who said last what is known of a treatment.
    fn who_on(&self, treatment: Code<Treatment>) -> String {
        let names =
            |list: &[TreatmentStatement]| list.iter().any(|statement| statement.treatment == treatment);
        let is_step = |step: Code<Step>| step.attribute("treatment") == Some(treatment.as_str());
        let last = self.told.iter().rev().find(|told| match &told.event {
            Event::LotDeclared(body) => names(&body.treatments),
            Event::TreatmentDeclared(body) => names(&body.treatments),
            Event::CertificateLinked(body) => names(&body.findings),
            Event::TreatmentApplied(body) => body.treatment == treatment,
            Event::StepLogged(body) => is_step(body.step),
            _ => false,
        });
        last.map(|told| self.reader.author(&told.issuer, self.texts)).unwrap_or_default()
    }
}

/// Whether a treatment is on the goods, or on part of them.
fn is_on(state: &TreatmentState) -> bool {
    matches!(state.finding.attribute("says"), Some("present" | "partly"))
}

/// Whether a treatment is said not to be on the goods.
fn is_absent(state: &TreatmentState) -> bool {
    state.finding.attribute("says") == Some("absent")
}
