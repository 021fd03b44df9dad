//! Pictures that people upload: read within limits and made anew, so that nothing but a small picture is kept and served.

use std::{io::Cursor, sync::Arc};

use aws_lc_rs::digest;
use data_encoding::HEXLOWER;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};
use tokio::sync::Semaphore;

/// The most pixels on either side.
const MOST_SIDE: u32 = 2_048;
/// How large it is kept, at most, on either side.
const SIDE: u32 = 256;
/// The most memory that reading one may take.
const MOST_MEMORY: u64 = 64 * 1024 * 1024;
/// How many are read at a time.
const AT_ONCE: usize = 2;

/// A picture as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// Names it.
    pub hash: String,
    /// The file.
    pub png: Vec<u8>,
}

/// Why something is no picture for us.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPicture {
    /// No file was sent.
    #[error("no file was chosen")]
    Missing,
    /// The file is too large.
    #[error("the file is larger than 256 KiB")]
    TooLarge,
    /// It is something else, or another kind of picture.
    #[error("the file is not a PNG, JPEG or WebP picture")]
    Kind,
    /// It has too many pixels.
    #[error("the picture has more than 2,048 by 2,048 pixels")]
    TooManyPixels,
    /// It ends too early, or cannot be read.
    #[error("the picture is damaged or cut off")]
    Broken,
}

/// The desk where pictures are read: a few at a time, since each takes memory.
#[derive(Debug)]
pub struct Pictures(Arc<Semaphore>);

impl Default for Pictures {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Pictures {
    /// Reads a picture and makes it anew.
    ///
    /// # Errors
    /// [`NoPicture`].
    pub async fn remake(&self, bytes: Vec<u8>) -> Result<Picture, NoPicture> {
        let turn = Arc::clone(&self.0).acquire_owned().await.map_err(|_| NoPicture::Broken)?;
        let work = tokio::task::spawn_blocking(move || {
            // Held by the work itself: whoever goes away meanwhile makes no room for another one.
            let _turn = turn;
            remake(&bytes)
        });
        work.await.unwrap_or(Err(NoPicture::Broken))
    }
}

fn remake(bytes: &[u8]) -> Result<Picture, NoPicture> {
    if bytes.is_empty() {
        return Err(NoPicture::Missing);
    }
    let format = image::guess_format(bytes).map_err(|_| NoPicture::Kind)?;
    match format {
        ImageFormat::Png | ImageFormat::WebP => {}
        // Its reader fills up what is missing with grey.
        ImageFormat::Jpeg if bytes.trim_ascii_end().ends_with(&[0xff, 0xd9]) => {}
        ImageFormat::Jpeg => return Err(NoPicture::Broken),
        _ => return Err(NoPicture::Kind),
    }
    let mut limits = Limits::default();
    limits.max_image_width = Some(MOST_SIDE);
    limits.max_image_height = Some(MOST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| why(&error))?;
    let (width, height) = decoder.dimensions();
    if width > MOST_SIDE || height > MOST_SIDE || decoder.total_bytes() > MOST_MEMORY {
        return Err(NoPicture::TooManyPixels);
    }
    let turned = decoder.orientation().ok();
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|error| why(&error))?;
    if let Some(turned) = turned {
        picture.apply_orientation(turned);
    }
    if width > SIDE || height > SIDE {
        picture = picture.thumbnail(SIDE, SIDE);
    }
    let mut png = Vec::new();
    let plain = DynamicImage::ImageRgba8(picture.into_rgba8());
    plain.write_to(&mut Cursor::new(&mut png), ImageFormat::Png).map_err(|_| NoPicture::Broken)?;
    let hash = digest::digest(&digest::SHA256, &png);
    Ok(Picture { hash: HEXLOWER.encode(hash.as_ref().get(..16).unwrap_or_default()), png })
}

fn why(error: &ImageError) -> NoPicture {
    match error {
        ImageError::Limits(_) => NoPicture::TooManyPixels,
        ImageError::Unsupported(_) => NoPicture::Kind,
        _ => NoPicture::Broken,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
        let mut bytes = Vec::new();
        let picture = DynamicImage::ImageRgb8(image::RgbImage::from_fn(width, height, |x, y| {
            image::Rgb([(x * 7 % 256) as u8, (y * 5 % 256) as u8, 90])
        }));
        picture.write_to(&mut Cursor::new(&mut bytes), format).unwrap();
        bytes
    }

    const KINDS: [ImageFormat; 3] = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP];

    #[test]
    fn a_picture_is_made_anew_and_small() {
        for format in KINDS {
            for (width, height, expected) in [(600, 300, (256, 128)), (40, 40, (40, 40)), (1, 1, (1, 1))] {
                let made = remake(&encoded(width, height, format)).unwrap();
                let read = image::load_from_memory_with_format(&made.png, ImageFormat::Png).unwrap();
                assert_eq!((read.width(), read.height()), expected, "{format:?}");
                assert_eq!(made.hash.len(), 32);
                assert_eq!(remake(&encoded(width, height, format)).unwrap(), made);
            }
        }
    }

    #[test]
    fn what_rides_along_with_a_picture_is_not_kept() {
        let mut bytes = encoded(20, 20, ImageFormat::Png);
        bytes.extend_from_slice(b"<script>alert(1)</script>");
        let made = remake(&bytes).unwrap();
        assert!(!made.png.windows(8).any(|w| w == b"<script>"));
    }

    #[test]
    fn what_is_cut_off_is_no_picture() {
        for format in KINDS {
            let whole = encoded(200, 200, format);
            for keep in [whole.len() / 2, whole.len() * 9 / 10, 30] {
                assert_eq!(remake(&whole[..keep]), Err(NoPicture::Broken), "{format:?} {keep} of {}", whole.len());
            }
        }
    }

    #[test]
    fn other_files_are_no_pictures() {
        let gif =
            b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;";
        let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>";
        let files: [&[u8]; 6] = [gif, svg, b"<?xml version=\"1.0\"?><svg/>", b"BM", b"\0\0\x01\0", b"hello"];
        for file in files {
            assert_eq!(remake(file), Err(NoPicture::Kind), "{file:?}");
        }
        assert_eq!(remake(b""), Err(NoPicture::Missing));
    }

    #[test]
    fn a_bomb_is_told_by_its_head() {
        // Fifty megapixels of one color are a few kilobytes.
        let mut bytes = Vec::new();
        DynamicImage::ImageLuma8(image::GrayImage::new(7_072, 7_072))
            .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
            .unwrap();
        assert!(bytes.len() < 256 * 1024);
        assert_eq!(remake(&bytes), Err(NoPicture::TooManyPixels));
        for format in KINDS {
            assert_eq!(remake(&encoded(2_100, 2, format)), Err(NoPicture::TooManyPixels), "{format:?}");
        }
    }
}
