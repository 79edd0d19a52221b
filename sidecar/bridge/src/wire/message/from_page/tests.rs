use super::*;

fn parse(text: &str) -> Result<FromPage, MessageError> {
    FromPage::parse(text)
}

#[test]
fn messages_of_the_page_are_read() {
    let hello = r#"{"type":"hello","token":"t","audio":true,"video":{"codec":"vp8","width":640,"height":360},"decode":["vp8","av1"]}"#;
    let Ok(FromPage::Hello(hello)) = parse(hello) else {
        panic!("a hello")
    };
    assert!(hello.audio && hello.decodes(VideoCodec::Vp8) && !hello.uses(VideoCodec::H264));
    assert!(
        parse(r#"{"type":"hello","token":"t","audio":false,"video":null,"decode":[]}"#).is_ok()
    );
    assert!(
        parse(r#"{"type":"view","track":1,"width":320.5,"height":180,"visible":true}"#).is_ok()
    );
    assert!(parse(r#"{"type":"mute","kind":"video","muted":true}"#).is_ok());
    assert!(matches!(parse(r#"{"type":"bye"}"#), Ok(FromPage::Bye)));
    assert!(matches!(
        parse(r#"{"type":"ack","bytes":9007199254740991}"#),
        Ok(FromPage::Ack(Ack { at: None, .. }))
    ));
    assert!(matches!(
        parse(r#"{"type":"ack","bytes":1,"at":12}"#),
        Ok(FromPage::Ack(Ack { at: Some(12), .. }))
    ));
}

#[test]
fn what_breaks_the_protocol_is_refused() {
    for bad in [
        "",
        "[]",
        "{}",
        r#"{"type":"joined"}"#,
        r#"{"type":"ack","bytes":-1}"#,
        r#"{"type":"keyframe","track":70000}"#,
    ] {
        assert_eq!(parse(bad).err(), Some(MessageError::Unknown), "{bad}");
    }
    let long = format!(r#"{{"type":"diagnose","token":"{}"}}"#, "x".repeat(9000));
    assert_eq!(parse(&long).err(), Some(MessageError::Hello));
    assert_eq!(
        parse(&" ".repeat(MAX_TEXT + 1)).err(),
        Some(MessageError::Long)
    );
    let wide = r#"{"type":"hello","token":"t","video":{"codec":"vp8","width":0,"height":360}}"#;
    assert_eq!(parse(wide).err(), Some(MessageError::Hello));
}

#[test]
fn the_longest_data_fits_into_a_message() {
    let payload = STANDARD.encode(vec![255; MAX_DATA]);
    let topic = "t".repeat(MAX_TOPIC);
    let text =
        format!(r#"{{"type":"data","topic":"{topic}","payload":"{payload}","reliable":false}}"#);
    let Ok(FromPage::Data(data)) = parse(&text) else {
        panic!("data")
    };
    assert_eq!(data.bytes().map(|bytes| bytes.len()), Ok(MAX_DATA));
    let longer = Data {
        payload: STANDARD.encode(vec![0; MAX_DATA + 1]),
        ..data
    };
    assert_eq!(longer.bytes(), Err(MessageError::Data));
}
