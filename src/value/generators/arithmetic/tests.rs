use super::rows;

/// The claims of a text, each as its roles with the texts of their figures.
fn read(text: &str) -> Vec<String> {
    let mut claims: Vec<(i64, String)> = Vec::new();
    for row in rows(text) {
        let crate::value::Value::Number(claim) = row[4] else { unreachable!("claims are numbered") };
        let term = format!("{} {}", row[5], row[1]);
        match claims.last_mut() {
            Some((last, terms)) if *last == claim => *terms += &format!(", {term}"),
            _ => claims.push((claim, term)),
        }
    }
    claims.into_iter().map(|(_, terms)| terms).collect()
}

#[test]
fn totals_with_their_parts() {
    assert_eq!(read("共有项目25个，其中基本支出5个、项目支出18个。"), ["total 25个, part 5个, part 18个"]);
    assert_eq!(read("完成23个，未完成3个，共25个项目。"), ["total 25个, part 23个, part 3个"]);
    assert_eq!(read("办公费5万元、差旅费3万元，两项合计9万元。"), ["total 9万元, part 5万元, part 3万元"]);
    assert_eq!(read("共有职工120人，其中党员45人，女职工30人。"), Vec::<String>::new(), "not all, and some twice");
}

#[test]
fn what_may_leave_something_out_or_count_more_than_once_is_no_claim() {
    for text in [
        "办公费5万元，水电费3万元等，共计15.8万元。",
        "为12个社区各拨付2万元、5个村各拨付3万元，合计39万元。",
        "项目预算100万元，其中用于设备采购45万元、人员培训20万元。",
        "单价1.2万元的设备5台，单价0.8万元的设备10台，合计14万元。",
        "一年支出20万元，合计",
    ] {
        assert_eq!(read(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn amounts_of_a_claim_are_in_the_unit_of_its_total() {
    let rows = rows("投资1.26亿元，其中产业类6800万元，民生类58000000元。");
    let values: Vec<String> = rows.iter().map(|row| format!("{} {} {}", row[6], row[7], row[8])).collect();
    assert_eq!(values, ["1.26 亿元 0.005", "0.68 亿元 0", "0.58 亿元 0"]);
}

#[test]
fn a_number_of_parts_and_totals_of_what_stands_above() {
    assert_eq!(read("办公费5万元、差旅费3万元，三项合计8万元。"), ["number 三项, listed 5万元, listed 3万元"]);
    assert_eq!(read("差旅、会议费5万元，培训费3万元，三项合计8万元。"), Vec::<String>::new());
    assert_eq!(read("以上三项合计26万元。"), ["above 26万元, number 三项"]);
}

#[test]
fn shares_and_growth() {
    assert_eq!(read("25个项目中20个完成，完成率85%。"), ["share 85%, numerator 20个, denominator 25个"]);
    assert_eq!(
        read("决算8.35万元，完成预算12万元的69.58%。"),
        ["share 69.58%, numerator 8.35万元, denominator 12万元"]
    );
    assert_eq!(read("项目支出300万元，其中培训费30万元，占总支出的6%。"), Vec::<String>::new(), "of something else");
    assert_eq!(read("上年支出100万元，本年支出120万元，同比增长20%。"), ["growth 20%, before 100万元, after 120万元"]);
    assert_eq!(read("支出120万元，比上年增加20万元，增长20%。"), ["growth 20%, after 120万元, change 20万元"]);
    assert_eq!(read("由50万元减少到40万元，下降20%。"), ["growth 20%, before 50万元, after 40万元"]);
    assert_eq!(read("支出120万元，同比增长20%，提高2个百分点。"), Vec::<String>::new());
}

#[test]
fn figures_of_audit_reports() {
    let cut = "送审金额100万元，审定金额95万元，核减金额5万元，核减率6%。";
    assert_eq!(read(cut), ["share 6%, numerator 5万元, denominator 100万元"]);
    let more = "合同价款100万元，审定金额比合同价款增加5万元，增长6%。";
    assert_eq!(read(more), ["growth 6%, before 100万元, change 5万元"]);
    let other = "概算100万元，审定金额比合同价款增加5万元，增长6%。";
    assert_eq!(read(other), Vec::<String>::new(), "compared with what is not there");
    let carried = "受理案件320件，办结340件，办结率95%。";
    assert_eq!(read(carried), Vec::<String>::new(), "some may have come the year before");
    let adjusted = "年初预算80万元，调增20万元，调整后预算100万元，执行90万元，执行率95%。";
    assert_eq!(read(adjusted), ["share 95%, numerator 90万元, denominator 100万元"]);
    let places = "下达100万元，其中：甲市50万元、乙市30万元、丙市40万元。";
    assert_eq!(read(places), ["total 100万元, part 50万元, part 30万元, part 40万元"]);
    let some = "下达100万元，其中：甲市50万元、乙市30万元。";
    assert_eq!(read(some), Vec::<String>::new(), "others may have the rest");
}

#[test]
fn any_text_is_read() {
    let pieces = [
        "共",
        "其中",
        "5个",
        "3万元",
        "（",
        "）",
        "，",
        "；",
        "、",
        "占",
        "80%",
        "增长",
        "比上年",
        "三项",
        "合计",
        "2020年",
        "\u{301}",
        "１．５",
    ];
    for a in pieces {
        for b in pieces {
            for c in pieces {
                read(&[a, b, c, "7个", b, a, c, "1亿元", c].concat());
            }
        }
    }
    assert!(read(&"共25个，其中5个；".repeat(400)).is_empty(), "longer than a sentence");
}
