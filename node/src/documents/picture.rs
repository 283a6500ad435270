//! Pictures without metadata: where, when and with what they were taken is nobody's business.
//!
//! JPEG, PNG and WebP are cleaned. Formats that carry metadata in places this program does not know (HEIC, AVIF,
//! TIFF, videos, ...) are refused with a word on what to send instead: nothing is kept that only looks clean. Not
//! decided here: where bytes are kept and who may read them.

use std::borrow::Cow;

use img_parts::Bytes;
use img_parts::png::Png;
use img_parts::riff::RiffContent;
use img_parts::webp::{CHUNK_ALPH, CHUNK_ICCP, CHUNK_VP8, CHUNK_VP8L, CHUNK_VP8X, WebP};

use super::DocumentError;

/// What a file is, by its first bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Format {
    Jpeg,
    Png,
    WebP,
    Pdf,
    /// A picture or film that cannot be cleaned here, by its name.
    Refused(&'static str),
    /// No picture that this program knows.
    Other,
}

fn format(bytes: &[u8]) -> Format {
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Format::Jpeg,
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Format::Png,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Format::WebP,
        [b'R', b'I', b'F', b'F', ..] => Format::Refused("AVI"),
        [b'%', b'P', b'D', b'F', b'-', ..] => Format::Pdf,
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => Format::Refused(iso_media(brand)),
        [_, _, _, _, b'm', b'o', b'o', b'v', ..] => Format::Refused("MOV"),
        [b'I', b'I', b'*', 0, ..] | [b'M', b'M', 0, b'*', ..] => Format::Refused("TIFF"),
        [b'G', b'I', b'F', b'8', ..] => Format::Refused("GIF"),
        [0, 0, 0, 12, b'J', b'X', b'L', b' ', ..] | [0xff, 0x0a, ..] => Format::Refused("JPEG XL"),
        [0, 0, 0, 12, b'j', b'P', b' ', b' ', ..] => Format::Refused("JPEG 2000"),
        [b'8', b'B', b'P', b'S', ..] => Format::Refused("PSD"),
        [0x1a, 0x45, 0xdf, 0xa3, ..] => Format::Refused("WebM"),
        _ => Format::Other,
    }
}

/// The name of a file in the ISO base media format, by its major brand.
fn iso_media(brand: &[u8]) -> &'static str {
    match brand.get(..4) {
        Some(b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1") => "HEIC",
        Some(b"avif" | b"avis") => "AVIF",
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

/// The bytes without metadata: of a picture what shows it, of anything that is no picture everything.
///
/// # Errors
/// [`DocumentError::Empty`], [`DocumentError::Picture`] for a damaged picture, [`DocumentError::Format`] for one that
/// cannot be cleaned.
pub fn clean(bytes: &[u8]) -> Result<Cow<'_, [u8]>, DocumentError> {
    match format(bytes) {
        _ if bytes.is_empty() => Err(DocumentError::Empty),
        Format::Jpeg => {
            let cleaned = clean_jpeg(bytes);
            cleaned.map(Cow::Owned).ok_or_else(|| DocumentError::Picture("it ends too early".to_owned()))
        }
        Format::Png => clean_png(bytes).map(Cow::Owned),
        Format::WebP => clean_webp(bytes).map(Cow::Owned),
        Format::Refused(name) => Err(DocumentError::Format(name)),
        Format::Pdf | Format::Other => Ok(Cow::Borrowed(bytes)),
    }
}

fn broken(error: img_parts::Error) -> DocumentError {
    DocumentError::Picture(error.to_string())
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
        let at =
            rest.windows(2).position(|pair| matches!(pair, [0xff, marker] if !matches!(marker, 0 | 0xff)))?;
        let marker = *rest.get(at + 1)?;
        rest = rest.get(at + 2..)?;
        match marker {
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
        if shows_jpeg(marker, segment.get(2..)?) {
            out.extend_from_slice(&[0xff, marker]);
            out.extend_from_slice(segment);
        }
        if marker == START_OF_SCAN {
            let (scan, after) = rest.split_at_checked(scan_length(rest)?)?;
            out.extend_from_slice(scan);
            rest = after;
        }
    }
}

/// How many bytes belong to a scan: up to the next marker that is neither a stuffed 0xFF nor a restart.
fn scan_length(rest: &[u8]) -> Option<usize> {
    rest.windows(2)
        .position(|pair| matches!(pair, [0xff, marker] if !matches!(marker, 0 | 0xd0..=0xd7 | 0xff)))
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

fn clean_png(bytes: &[u8]) -> Result<Vec<u8>, DocumentError> {
    let mut png = Png::from_bytes(Bytes::copy_from_slice(bytes)).map_err(broken)?;
    png.chunks_mut().retain(|chunk| SHOWN_PNG.contains(&&chunk.kind()));
    Ok(png.encoder().bytes().to_vec())
}

/// Says in the header of an extended WebP that it has EXIF (0x08) and XMP (0x04).
const WEBP_METADATA_FLAGS: u8 = 0x0c;

fn clean_webp(bytes: &[u8]) -> Result<Vec<u8>, DocumentError> {
    let mut webp = WebP::from_bytes(Bytes::copy_from_slice(bytes)).map_err(broken)?;
    if webp.has_chunk(*b"ANIM") || webp.has_chunk(*b"ANMF") {
        return Err(DocumentError::Format("animated WebP"));
    }
    if !webp.has_chunk(CHUNK_VP8) && !webp.has_chunk(CHUNK_VP8L) {
        return Err(DocumentError::Picture("it has no image".to_owned()));
    }
    webp.chunks_mut()
        .retain(|chunk| [CHUNK_VP8X, CHUNK_ICCP, CHUNK_ALPH, CHUNK_VP8, CHUNK_VP8L].contains(&chunk.id()));
    for chunk in webp.chunks_mut().iter_mut().filter(|chunk| chunk.id() == CHUNK_VP8X) {
        if let RiffContent::Data(data) = chunk.content_mut() {
            let mut header = data.to_vec();
            header.iter_mut().take(1).for_each(|flags| *flags &= !WEBP_METADATA_FLAGS);
            *data = Bytes::from(header);
        }
    }
    Ok(webp.encoder().bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use img_parts::png::PngChunk;

    use super::*;

    /// A PNG of one dark pixel.
    fn png() -> Vec<u8> {
        hex::decode(concat!(
            "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489",
            "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
        ))
        .unwrap()
    }

    fn png_with(kind: &[u8; 4], text: &'static [u8]) -> Vec<u8> {
        let mut image = Png::from_bytes(Bytes::from(png())).unwrap();
        image.chunks_mut().insert(1, PngChunk::new(*kind, Bytes::from_static(text)));
        image.encoder().bytes().to_vec()
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
        for (id, data) in std::iter::once(&(b"VP8X", header.as_slice())).chain(chunks) {
            body.extend_from_slice(*id);
            body.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
            body.extend_from_slice(data);
            body.resize(body.len().next_multiple_of(2), 0);
        }
        [b"RIFF", u32::try_from(body.len()).unwrap().to_le_bytes().as_slice(), &body].concat()
    }

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
        for kind in [b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME", b"caBX", b"XXXX"] {
            assert_eq!(*clean(&png_with(kind, b"Location\0a studio")).unwrap(), *png(), "{kind:?}");
        }
        let hidden = [png(), b"secret place".to_vec()].concat();
        assert_eq!(*clean(&hidden).unwrap(), *png());
    }

    #[test]
    fn a_webp_keeps_what_shows_it_and_nothing_else() {
        let image: (&[u8; 4], &[u8]) = (b"VP8L", &[0x2f, 0, 0, 0, 0, 7, 7]);
        let profile: (&[u8; 4], &[u8]) = (b"ICCP", b"colours");
        let clean_one = webp(0x20, &[profile, image]);
        assert_eq!(*clean(&clean_one).unwrap(), *clean_one);
        let dirty =
            webp(0x2c, &[profile, image, (b"EXIF", b"II*\0GPS"), (b"XMP ", b"<x/>"), (b"JUNK", b"x")]);
        assert_eq!(*clean(&dirty).unwrap(), *clean_one);
        assert_eq!(media_type(&clean_one), "image/webp");
        assert!(matches!(clean(&webp(0, &[])), Err(DocumentError::Picture(_))));
        assert!(matches!(clean(&webp(2, &[(b"ANMF", b"x")])), Err(DocumentError::Format("animated WebP"))));
    }

    #[test]
    fn what_cannot_be_cleaned_is_refused_by_name() {
        let cases: [(&[u8], &str); 9] = [
            (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
            (b"\0\0\0\x18ftypmif1\0\0\0\0", "HEIC"),
            (b"\0\0\0\x18ftypavif\0\0\0\0", "AVIF"),
            (b"\0\0\0\x18ftypisom\0\0\0\0", "MP4"),
            (b"\0\0\0\x14ftypqt  \0\0\0\0", "MOV"),
            (b"II*\0\x08\0\0\0", "TIFF"),
            (b"MM\0*\0\0\0\x08", "TIFF"),
            (b"GIF89a", "GIF"),
            (b"RIFF\0\0\0\0AVI ", "AVI"),
        ];
        for (bytes, name) in cases {
            assert!(matches!(clean(bytes), Err(DocumentError::Format(found)) if found == name), "{name}");
        }
    }

    #[test]
    fn a_damaged_picture_is_refused_wherever_it_is_cut() {
        let exif = segment(0xe1, b"Exif\0\0GPS");
        let image: (&[u8; 4], &[u8]) = (b"VP8L", &[0x2f, 0, 0, 0, 0, 7, 7]);
        for whole in [png(), jpeg(&exif, &exif, &[]), webp(0, &[image])] {
            for cut in 12..whole.len() - 1 {
                let cleaned = clean(&whole[..cut]);
                // A PNG without its last chunk reads as one; it carries nothing all the same.
                assert!(cleaned.is_err() || whole[1] == b'P', "{cut} of {}", whole.len());
            }
        }
        assert!(matches!(clean(b""), Err(DocumentError::Empty)));
        assert_eq!(*clean(b"weights of today").unwrap(), *b"weights of today");
    }
}
