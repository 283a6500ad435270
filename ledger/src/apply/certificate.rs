//! Certificates (rule U2): a lab binds its certificate to one piece and may replace it by a later one; a link by anybody
//! else is asserted, gives way to the lab's, and a collision shows on both pieces.

use crate::event::body::{CertificateLinked, Normalised};
use crate::hash::Hash;
use crate::id::{ItemId, ItemKind};
use crate::record::{Certificate, CertificateLink, History, Item, MAX_KEPT, Parentage, RecordKey};
use crate::violation::{Reason, Violation};
use crate::vocab::{CertificateScope, EvidenceLevel};
use crate::words::words;

use super::context::{Context, refuse_twice, warn_item, warn_item_once};
use super::document_use::note_use;
use super::evidence::{existing, looks_as_lab};
use super::lots::keep_documents;
use super::treatment::learn;

/// The one way to write an issuer code or a certificate number: ASCII letters as capitals, digits, nothing else.
/// `None` if nothing is left or other letters stand in it.
#[must_use]
pub fn normalise(text: &str) -> Option<String> {
    let kept: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '-' | '/' | '.' | '_' | '#' | ':'))
        .map(|c| c.to_ascii_uppercase())
        .collect();
    (!kept.is_empty()
        && kept.len() <= 40
        && kept.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()))
    .then_some(kept)
}

/// Refuses a code or number that is not written in the one way.
pub(super) fn refuse_not_normal(text: &Normalised, field: &str) -> Result<(), Violation> {
    if normalise(text.as_str()).as_deref() == Some(text.as_str()) {
        return Ok(());
    }
    Err(Violation::new(Reason::FieldsDisagree)
        .saying(words(
            "only capitals A-Z and digits stand here",
            "此处只能填大写字母 A-Z 和数字",
            "aqui só cabem maiúsculas A-Z e dígitos",
        ))
        .field(field))
}

/// The id of a certificate's record.
#[must_use]
pub fn certificate_id(issuer_code: &str, number: &str) -> Hash {
    Hash::of_parts(&[b"lode certificate 1\n", issuer_code.as_bytes(), b"\n", number.as_bytes()])
}

/// The id of a registered issuer code's record.
#[must_use]
pub fn issuer_id(code: &str) -> Hash {
    Hash::of_parts(&[b"lode issuer 1\n", code.as_bytes()])
}

pub(super) fn certificate_linked(
    context: &mut Context<'_>,
    body: &CertificateLinked,
) -> Result<(), Violation> {
    refuse_not_normal(&body.issuer_code, "issuer_code")?;
    refuse_not_normal(&body.number, "number")?;
    refuse_twice(body.findings.iter().map(|statement| statement.treatment), "findings")?;
    let one_piece = body.scope == CertificateScope::ITEM;
    if one_piece == body.sample_count.is_some() {
        let text = words(
            "a sample has a sample_count, and a certificate of one piece has none",
            "抽样须填 sample_count，单件证书不填",
            "uma amostra tem sample_count, e o certificado de uma peça não",
        );
        return Err(Violation::new(Reason::FieldsDisagree).saying(text).field("sample_count"));
    }
    if one_piece && body.item.kind() != ItemKind::Piece {
        let violation = Violation::new(Reason::WrongKind).with(body.item).saying(words(
            "a piece: of a lot or a batch a certificate speaks by sample",
            "单件；批次或批件的证书须按抽样填写",
            "uma peça: de um lote o certificado fala por amostra",
        ));
        return Err(violation.field("item"));
    }
    let mut item = existing(context, &body.item).map_err(|violation| violation.field("item"))?;
    let author = context.author()?;
    let holder = context.issuer_code(&issuer_id(body.issuer_code.as_str())).map(|record| record.participant);
    // A code is kept when the role is taken away; what a lab may say is not (rule L5).
    let by_lab = holder == Some(author) && looks_as_lab(context, &item)?;
    if !by_lab {
        context.check_keeps(&body.item, &item).map_err(|violation| violation.field("item"))?;
        if !body.findings.is_empty() {
            return Err(Violation::new(Reason::LabOnly)
                .saying(words("findings", "检测结论", "resultados de análise"))
                .field("findings"));
        }
    }
    context.build_on_item(&mut item)?;
    if let Some(earlier) = &body.reissue_of {
        reissue(context, &mut item, body, earlier, by_lab)
            .map_err(|violation| violation.field("reissue_of"))?;
    }
    let id = certificate_id(body.issuer_code.as_str(), body.number.as_str());
    let mut certificate = context.certificate(&id).unwrap_or_else(|| Certificate {
        history: History::default(),
        issuer_code: body.issuer_code.to_string(),
        number: body.number.to_string(),
        bound: None,
        asserted: Vec::new(),
        document: body.document.sha256,
        reissued_as: None,
    });
    if let Some(bound) = certificate.bound
        && (one_piece || context.ruleset() >= 2)
        && bound != body.item
    {
        let violation = Violation::new(Reason::CertificateTaken).with(&body.issuer_code).with(&body.number);
        return Err(violation.with(bound).field("item"));
    }
    for other in certificate.asserted.clone().into_iter().filter(|other| *other != body.item) {
        if one_piece || (context.ruleset() >= 2 && shown_for_one(context, &other, &id)) {
            collide(context, body, &mut item, other)?;
        }
    }
    if by_lab {
        certificate.document = body.document.sha256;
        certificate.asserted.retain(|asserted| *asserted != body.item);
        if one_piece {
            certificate.bound = Some(body.item);
            for (n, statement) in body.findings.iter().enumerate() {
                learn(context, &mut item, statement, EvidenceLevel::LAB_OR_INSPECTOR)
                    .map_err(|violation| violation.field(format!("findings[{n}].finding")))?;
            }
        }
    } else if certificate.bound.is_none() && !certificate.asserted.contains(&body.item) {
        if certificate.asserted.len() < MAX_KEPT {
            certificate.asserted.push(body.item);
        } else {
            item.not_kept = item.not_kept.saturating_add(1);
        }
    }
    let link = CertificateLink {
        certificate: id,
        issuer_code: body.issuer_code.to_string(),
        number: body.number.to_string(),
        bound: by_lab || certificate.bound == Some(body.item),
        scope: body.scope,
        void: None,
        reissued_as: None,
    };
    keep_link(&mut item, link);
    keep_documents(&mut item.documents, &mut item.not_kept, std::slice::from_ref(&body.document));
    context.put(RecordKey::Certificate(id), certificate);
    context.put_item(body.item, item);
    note_use(context, Parentage::Item(body.item), author, std::slice::from_ref(&body.document));
    Ok(())
}

/// A lab replaces its own certificate of the same piece, once. The earlier number stays bound to the piece, so that it
/// serves no other.
fn reissue(
    context: &mut Context<'_>,
    item: &mut Item,
    body: &CertificateLinked,
    earlier: &Normalised,
    by_lab: bool,
) -> Result<(), Violation> {
    if context.ruleset() < 2 {
        return Err(Violation::new(Reason::RulesetOlder).with("reissue_of").with(2).with(context.ruleset()));
    }
    refuse_not_normal(earlier, "reissue_of")?;
    if !by_lab {
        return Err(Violation::new(Reason::LabOnly).saying(words("a reissue", "证书换发", "a reemissão")));
    }
    let replaced = |number: &Normalised| {
        let id = certificate_id(body.issuer_code.as_str(), number.as_str());
        context.certificate(&id).map(|certificate| (id, certificate))
    };
    let nothing =
        || Violation::new(Reason::NothingToReissue).with(&body.issuer_code).with(earlier).with(body.item);
    let one_piece = body.scope == CertificateScope::ITEM;
    let again = replaced(&body.number).is_some_and(|(_, certificate)| certificate.reissued_as.is_some());
    let (id, mut certificate) = replaced(earlier)
        .filter(|(_, certificate)| certificate.bound == Some(body.item) && certificate.reissued_as.is_none())
        .filter(|_| one_piece && !again && *earlier != body.number)
        .ok_or_else(nothing)?;
    certificate.reissued_as = Some(body.number.to_string());
    if let Some(link) = item.certificates.iter_mut().find(|link| link.certificate == id) {
        link.reissued_as = Some(body.number.to_string());
    }
    context.put(RecordKey::Certificate(id), certificate);
    Ok(())
}

/// Whether the certificate is shown for a thing as one of that piece alone.
fn shown_for_one(context: &Context<'_>, other: &ItemId, certificate: &Hash) -> bool {
    let links = context.item(other).map(|other| other.certificates).unwrap_or_default();
    links.iter().any(|link| link.certificate == *certificate && link.scope == CertificateScope::ITEM)
}

/// A collision shows on both pieces.
fn collide(
    context: &mut Context<'_>,
    body: &CertificateLinked,
    item: &mut crate::record::Item,
    other: ItemId,
) -> Result<(), Violation> {
    let args = |id: ItemId| [body.issuer_code.to_string(), body.number.to_string(), id.to_string()];
    if !warn_item_once(item, context, Reason::CertificateCollides, args(other)) {
        return Ok(());
    }
    let mut other_item = context.item(&other)?;
    warn_item(&mut other_item, context, Reason::CertificateCollides, args(body.item));
    context.put_item(other, other_item);
    Ok(())
}

fn keep_link(item: &mut Item, link: CertificateLink) {
    if let Some(known) = item.certificates.iter_mut().find(|known| known.certificate == link.certificate) {
        // Saying it once more takes nothing back: neither that the stone was cut again nor that a later one counts.
        let (reissued_as, void) = (known.reissued_as.take(), known.void);
        *known = CertificateLink { bound: known.bound || link.bound, reissued_as, void, ..link };
    } else if item.certificates.len() < MAX_KEPT {
        item.certificates.push(link);
    } else {
        item.not_kept = item.not_kept.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_normalised_one_way() {
        assert_eq!(normalise(" gtc-2026/001 234 ").as_deref(), Some("GTC2026001234"));
        assert_eq!(normalise("GTC2026001234").as_deref(), Some("GTC2026001234"));
        assert_eq!(normalise("--"), None);
        assert_eq!(normalise("证书1"), None);
    }
}
