//! Pictures without metadata: where, when and with what they were taken is nobody's business.
//!
//! JPEG (ITU-T T.81), PNG (ISO/IEC 15948) and WebP (RFC 9649) are cleaned by leaving out every part that does not show
//! the picture; what stays is copied byte by byte. Formats that carry metadata in places not known here (HEIC, AVIF,
//! TIFF, what cameras write of their own, films, ...) are refused: nothing passes that only looks clean. Whether a picture can be shown is not checked.

use std::borrow::Cow;

/// Why a picture cannot be cleaned.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum PictureError {
    /// It is damaged, or not whole.
    #[error("this is not a whole {0} file")]
    Damaged(&'static str),
    /// A kind of picture or film whose metadata cannot be taken out here.
    #[error(
        "{0} files carry where and with what they were made, and that cannot be taken out here: use JPEG, PNG or WebP"
    )]
    Format(&'static str),
}

/// What a file is, by its first bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Format {
    Jpeg,
    Png,
    WebP,
    Pdf,
    /// A picture or film that cannot be cleaned here, by its name.
    Refused(&'static str),
    /// No picture that is known here.
    Other,
}

fn format(bytes: &[u8]) -> Format {
    if let Some(name) = raw(bytes) {
        return Format::Refused(name);
    }
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Format::Jpeg,
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Format::Png,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Format::WebP,
        [b'R', b'I', b'F', b'F', ..] => Format::Refused("AVI"),
        [b'%', b'P', b'D', b'F', b'-', ..] => Format::Pdf,
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => Format::Refused(iso_media(brand)),
        [_, _, _, _, b'm', b'o', b'o', b'v', ..] => Format::Refused("MOV"),
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => Format::Refused("TIFF"),
        [b'I', b'I', b'+', 0, ..] | [b'M', b'M', 0, b'+', ..] => Format::Refused("BigTIFF"),
        [b'I', b'I', 0xbc, ..] => Format::Refused("JPEG XR"),
        [b'G', b'I', b'F', b'8', ..] => Format::Refused("GIF"),
        [0, 0, 0, 12, b'J', b'X', b'L', b' ', ..] | [0xff, 0x0a, ..] => Format::Refused("JPEG XL"),
        [0, 0, 0, 12, b'j', b'P', b' ', b' ', ..] => Format::Refused("JPEG 2000"),
        [b'8', b'B', b'P', b'S', ..] => Format::Refused("PSD"),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => Format::Refused("WebM"),
        _ => Format::Other,
    }
}

/// The name of a file as a camera's sensor gave it, where it has first bytes of its own. DNG, NEF, ARW and PEF begin
/// as TIFF does.
fn raw(bytes: &[u8]) -> Option<&'static str> {
    Some(match bytes {
        [b'I', b'I', b'*', 0, _, _, _, _, b'C', b'R', ..] => "CR2",
        [b'I', b'I', _, _, _, _, b'H', b'E', b'A', b'P', ..] => "CRW",
        [b'I', b'I', b'U', 0, ..] => "RW2",
        [b'I', b'I', b'R', b'O' | b'S', ..] | [b'M', b'M', b'O', b'R', ..] => "ORF",
        [b'F', b'U', b'J', b'I', b'F', b'I', b'L', b'M', ..] => "RAF",
        [b'F', b'O', b'V', b'b', ..] => "X3F",
        [0, b'M', b'R', b'M', ..] => "MRW",
        _ => return None,
    })
}

/// The name of a file in the ISO base media format, by its major brand.
fn iso_media(brand: &[u8]) -> &'static str {
    match brand.get(..4) {
        Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1") => "HEIC",
        Some(b"avif" | b"avis") => "AVIF",
        Some(b"crx ") => "CR3",
        Some(b"qt  ") => "MOV",
        _ => "MP4",
    }
}

/// The media type by the first bytes; what is neither a picture nor a PDF is bytes.
#[must_use]
pub fn media_type(bytes: &[u8]) -> &'static str {
    match format(bytes) {
        Format::Jpeg => "image/jpeg",
        Format::Png => "image/png",
        Format::WebP => "image/webp",
        Format::Pdf => "application/pdf",
        Format::Refused(_) | Format::Other => "application/octet-stream",
    }
}

/// The bytes without metadata: of a picture what shows it, of anything that is no picture everything. What is clean
/// comes back as it is.
///
/// # Errors
/// A picture that is damaged, or of a kind that cannot be cleaned.
pub fn clean(bytes: &[u8]) -> Result<Cow<'_, [u8]>, PictureError> {
    let cleaned = match format(bytes) {
        Format::Jpeg => clean_jpeg(bytes).ok_or(PictureError::Damaged("JPEG"))?,
        Format::Png => clean_png(bytes).ok_or(PictureError::Damaged("PNG"))?,
        Format::WebP => clean_webp(bytes)?.ok_or(PictureError::Damaged("WebP"))?,
        Format::Refused(name) => return Err(PictureError::Format(name)),
        Format::Pdf | Format::Other => return Ok(Cow::Borrowed(bytes)),
    };
    Ok(Cow::Owned(cleaned))
}

const END_OF_IMAGE: u8 = 0xd9;
const START_OF_SCAN: u8 = 0xda;

/// Segment by segment up to the end of the (first) image: telephones put a second picture behind it, with metadata of
/// its own, and a progressive picture may carry segments between its scans. `None` if it ends before its end.
fn clean_jpeg(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(bytes.len());
    let (start, mut rest) = bytes.split_at_checked(2)?;
    out.extend_from_slice(start);
    loop {
        // 0xFF may be repeated before a marker; what is no marker does not belong there.
        let at = marker_at(rest, |marker| !matches!(marker, 0 | 0xff))?;
        let (marker, after) = rest.get(at + 1..)?.split_first()?;
        rest = after;
        match *marker {
            END_OF_IMAGE => {
                out.extend_from_slice(&[0xff, END_OF_IMAGE]);
                return Some(out);
            }
            // Markers without a length: restarts, another start of image, TEM.
            0x01 | 0xd0..=0xd8 => continue,
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes(*rest.first_chunk()?));
        let (segment, after) = rest.split_at_checked(length)?;
        rest = after;
        if shows_jpeg(*marker, segment.get(2..)?) {
            out.extend_from_slice(&[0xff, *marker]);
            out.extend_from_slice(segment);
        }
        if *marker == START_OF_SCAN {
            // The scan ends at the next marker that is neither a stuffed 0xFF nor a restart.
            let length = marker_at(rest, |marker| !matches!(marker, 0 | 0xd0..=0xd7 | 0xff))?;
            let (scan, after) = rest.split_at_checked(length)?;
            out.extend_from_slice(scan);
            rest = after;
        }
    }
}

/// Where the next marker of this kind begins.
fn marker_at(rest: &[u8], is_meant: impl Fn(u8) -> bool) -> Option<usize> {
    rest.windows(2).position(|pair| matches!(pair, [0xff, marker] if is_meant(*marker)))
}

/// Comments and application segments go, but for JFIF (0xE0), a colour profile (0xE2) and Adobe's colours (0xEE),
/// without which the picture looks different.
fn shows_jpeg(marker: u8, contents: &[u8]) -> bool {
    match marker {
        0xe0 => contents.starts_with(b"JFIF\0"),
        0xe2 => contents.starts_with(b"ICC_PROFILE\0"),
        0xee => contents.starts_with(b"Adobe"),
        0xe1 | 0xe3..=0xed | 0xef | 0xfe => false,
        _ => true,
    }
}

/// The chunks of a still picture and of its colours.
const SHOWN_PNG: [&[u8; 4]; 12] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT", b"bKGD",
    b"pHYs",
];

/// Chunk by chunk up to the end, dropping what follows it. `None` if it ends before.
fn clean_png(bytes: &[u8]) -> Option<Vec<u8>> {
    const SIGNATURE: usize = 8;
    /// Length, kind and check sum.
    const AROUND: usize = 12;
    let mut out = Vec::with_capacity(bytes.len());
    let (signature, mut rest) = bytes.split_at_checked(SIGNATURE)?;
    out.extend_from_slice(signature);
    loop {
        let length = usize::try_from(u32::from_be_bytes(*rest.first_chunk()?)).ok()?;
        let (chunk, after) = rest.split_at_checked(length.checked_add(AROUND)?)?;
        rest = after;
        let kind: &[u8; 4] = chunk.get(4..)?.first_chunk()?;
        if SHOWN_PNG.contains(&kind) {
            out.extend_from_slice(chunk);
        }
        if kind == b"IEND" {
            return Some(out);
        }
    }
}

/// The chunks of a still picture and of its colours.
const SHOWN_WEBP: [&[u8; 4]; 5] = [b"VP8X", b"ICCP", b"ALPH", b"VP8 ", b"VP8L"];
/// Says in the header of an extended WebP that it has EXIF (0x08) and XMP (0x04).
const WEBP_METADATA: u8 = 0x0c;

/// Chunk by chunk; `None` if the file ends before it says, or shows nothing.
fn clean_webp(bytes: &[u8]) -> Result<Option<Vec<u8>>, PictureError> {
    let Some(chunks) = webp_chunks(bytes) else { return Ok(None) };
    if chunks.iter().any(|(kind, _)| [b"ANIM", b"ANMF"].contains(kind)) {
        return Err(PictureError::Format("animated WebP"));
    }
    if !chunks.iter().any(|(kind, _)| [b"VP8 ", b"VP8L"].contains(kind)) {
        return Ok(None);
    }
    let mut body = b"WEBP".to_vec();
    for (kind, data) in chunks.iter().filter(|(kind, _)| SHOWN_WEBP.contains(kind)) {
        let mut data = data.to_vec();
        if *kind == b"VP8X" {
            data.iter_mut().take(1).for_each(|flags| *flags &= !WEBP_METADATA);
        }
        body.extend_from_slice(*kind);
        let Ok(length) = u32::try_from(data.len()) else { return Ok(None) };
        body.extend_from_slice(&length.to_le_bytes());
        body.append(&mut data);
        body.resize(body.len().next_multiple_of(2), 0);
    }
    let length = u32::try_from(body.len()).ok();
    Ok(length.map(|length| [b"RIFF", length.to_le_bytes().as_slice(), &body].concat()))
}

/// The chunks of a WebP with their kinds.
fn webp_chunks(bytes: &[u8]) -> Option<Vec<(&[u8; 4], &[u8])>> {
    let little = |bytes: &[u8; 4]| usize::try_from(u32::from_le_bytes(*bytes)).ok();
    let (body, _) = bytes.get(8..)?.split_at_checked(little(bytes.get(4..)?.first_chunk()?)?)?;
    let mut rest = body.get(4..)?;
    let mut chunks = Vec::new();
    while let Some((kind, after)) = rest.split_first_chunk() {
        let (length, after) = after.split_first_chunk()?;
        let (data, after) = after.split_at_checked(little(length)?)?;
        chunks.push((kind, data));
        // A chunk of odd length is filled up with one byte; some leave it out at the end.
        rest = if data.len() % 2 == 1 { after.get(1..).unwrap_or_default() } else { after };
    }
    rest.is_empty().then_some(chunks)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PNG of one dark pixel.
    fn png() -> Vec<u8> {
        hex::decode(concat!(
            "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489",
            "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
        ))
        .unwrap()
    }

    fn png_with(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
        let length = u32::try_from(data.len()).unwrap().to_be_bytes();
        let (head, tail) = (png()[..33].to_vec(), png()[33..].to_vec());
        [&head, length.as_slice(), kind, data, &[0; 4], &tail].concat()
    }

    fn segment(marker: u8, contents: &[u8]) -> Vec<u8> {
        let length = u16::try_from(contents.len() + 2).unwrap();
        [&[0xff, marker], length.to_be_bytes().as_slice(), contents].concat()
    }

    const SCAN: [u8; 8] = [1, 2, 0xff, 0, 3, 0xff, 0xd0, 4];

    /// A JPEG's skeleton of two scans, with whatever stands before, between and after them.
    fn jpeg(before: &[u8], between: &[u8], after: &[u8]) -> Vec<u8> {
        let jfif = segment(0xe0, b"JFIF\0");
        let scan = [segment(START_OF_SCAN, &[1]), SCAN.to_vec()].concat();
        [&[0xff, 0xd8], jfif.as_slice(), before, &scan, between, &scan, &[0xff, END_OF_IMAGE], after].concat()
    }

    fn webp(flags: u8, chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
        let header = [flags, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let mut body = b"WEBP".to_vec();
        for (kind, data) in std::iter::once(&(b"VP8X", header.as_slice())).chain(chunks) {
            body.extend_from_slice(*kind);
            body.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
            body.extend_from_slice(data);
            body.resize(body.len().next_multiple_of(2), 0);
        }
        [b"RIFF", u32::try_from(body.len()).unwrap().to_le_bytes().as_slice(), &body].concat()
    }

    const IMAGE: (&[u8; 4], &[u8]) = (b"VP8L", &[0x2f, 0, 0, 0, 0, 7, 7]);

    #[test]
    fn a_jpeg_keeps_what_shows_it_and_nothing_else() {
        let clean_one = jpeg(&[], &[], &[]);
        assert_eq!(*clean(&clean_one).unwrap(), *clean_one);
        let exif = segment(0xe1, b"Exif\0\0GPS");
        for dirty in [
            jpeg(&exif, &[], &[]),
            jpeg(&segment(0xe1, b"http://ns.adobe.com/xap/1.0/\0<x/>"), &[], &[]),
            jpeg(&segment(0xed, b"Photoshop 3.0\0"), &[], &[]),
            jpeg(&segment(0xe2, b"MPF\0"), &[], &[]),
            jpeg(&segment(0xfe, b"a comment"), &[], &[]),
            jpeg(&[0xff, 0xff], &[], &[]),
            // Between the scans, and a second picture behind the first.
            jpeg(&[], &exif, &[]),
            jpeg(&[], &[], &jpeg(&exif, &[], &[])),
            jpeg(&[], &[], b"secret place"),
        ] {
            assert_eq!(*clean(&dirty).unwrap(), *clean_one);
        }
        let coloured = jpeg(&segment(0xe2, b"ICC_PROFILE\0\x01\x01colours"), &[], &[]);
        assert_eq!(*clean(&coloured).unwrap(), *coloured);
    }

    #[test]
    fn a_png_keeps_what_shows_it_and_nothing_else() {
        assert_eq!(*clean(&png()).unwrap(), *png());
        for kind in [b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"caBX", b"acTL", b"XXXX"] {
            assert_eq!(*clean(&png_with(kind, b"Location\0a studio")).unwrap(), *png(), "{kind:?}");
        }
        let coloured = png_with(b"gAMA", &[0, 0, 1, 2]);
        assert_eq!(*clean(&coloured).unwrap(), *coloured);
        let hidden = [png(), b"secret place".to_vec()].concat();
        assert_eq!(*clean(&hidden).unwrap(), *png());
    }

    #[test]
    fn a_webp_keeps_what_shows_it_and_nothing_else() {
        let profile: (&[u8; 4], &[u8]) = (b"ICCP", b"colours");
        let clean_one = webp(0x20, &[profile, IMAGE]);
        assert_eq!(*clean(&clean_one).unwrap(), *clean_one);
        let dirty =
            webp(0x2c, &[profile, IMAGE, (b"EXIF", b"II*\0GPS"), (b"XMP ", b"<x/>"), (b"JUNK", b"x")]);
        assert_eq!(*clean(&dirty).unwrap(), *clean_one);
        let hidden = [clean_one.clone(), b"secret place".to_vec()].concat();
        assert_eq!(*clean(&hidden).unwrap(), *clean_one);
        assert_eq!(media_type(&clean_one), "image/webp");
        assert_eq!(clean(&webp(0, &[])), Err(PictureError::Damaged("WebP")), "no image in it");
        assert_eq!(clean(&webp(2, &[(b"ANMF", b"x")])), Err(PictureError::Format("animated WebP")));
    }

    #[test]
    fn what_cannot_be_cleaned_is_refused_by_name() {
        let cases: [(&[u8], &str); 22] = [
            (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
            (b"\0\0\0\x18ftypmif1\0\0\0\0", "HEIC"),
            (b"\0\0\0\x18ftypavif\0\0\0\0", "AVIF"),
            (b"\0\0\0\x18ftypisom\0\0\0\0", "MP4"),
            (b"\0\0\0\x14ftypqt  \0\0\0\0", "MOV"),
            (b"II*\0\x08\0\0\0", "TIFF"),
            (b"MM\0*\0\0\0\x08", "TIFF"),
            (b"II+\0\x08\0\0\0", "BigTIFF"),
            (b"MM\0+\0\x08\0\0", "BigTIFF"),
            (b"II*\0\x10\0\0\0CR\x02\0", "CR2"),
            (b"\0\0\0\x18ftypcrx \0\0\0\x01", "CR3"),
            (b"II\x1a\0\0\0HEAPCCDR\x02\0", "CRW"),
            (b"IIU\0\x18\0\0\0", "RW2"),
            (b"IIRO\x08\0\0\0", "ORF"),
            (b"IIRS\x08\0\0\0", "ORF"),
            (b"MMOR\0\0\0\x08", "ORF"),
            (b"FUJIFILMCCD-RAW 0201", "RAF"),
            (b"FOVb\0\0\x02\0", "X3F"),
            (b"\0MRM\0\x01\0\0", "MRW"),
            (b"II\xbc\x01\x20\0\0\0", "JPEG XR"),
            (b"GIF89a", "GIF"),
            (b"RIFF\0\0\0\0AVI ", "AVI"),
        ];
        for (bytes, name) in cases {
            assert_eq!(clean(bytes), Err(PictureError::Format(name)));
        }
        for other in [&b"weights of today"[..], b"%PDF-1.7", b"", b"II. Weights", b"MM&Co.", b"FUJI"] {
            assert_eq!(*clean(other).unwrap(), *other);
        }
    }

    /// A picture of each kind, with metadata.
    fn dirty() -> [Vec<u8>; 3] {
        let exif = segment(0xe1, b"Exif\0\0GPS");
        [png_with(b"eXIf", b"GPS"), jpeg(&exif, &exif, &[]), webp(0x0c, &[(b"EXIF", b"GPS"), IMAGE])]
    }

    #[test]
    fn a_damaged_picture_is_refused_wherever_it_is_cut() {
        for whole in dirty() {
            for cut in 12..whole.len() - 1 {
                assert!(
                    matches!(clean(&whole[..cut]), Err(PictureError::Damaged(_))),
                    "{cut} of {}",
                    whole.len()
                );
            }
        }
    }

    #[test]
    fn whatever_is_made_of_a_picture_what_comes_out_is_clean() {
        for whole in dirty() {
            for at in 0..whole.len() {
                for flip in [0x01, 0x80, 0xff] {
                    let mut bytes = whole.clone();
                    bytes[at] ^= flip;
                    if let Ok(once) = clean(&bytes) {
                        assert_eq!(*clean(&once).unwrap(), *once, "byte {at} of {whole:?}");
                    }
                }
            }
        }
    }
}
