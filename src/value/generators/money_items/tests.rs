//! What `money_items` reads: label, amount in 元, role.

use super::rows;
use crate::value::Decimal;

fn read(text: &str) -> Vec<String> {
    rows(text).iter().map(|row| format!("{} {} {}", row[4], plain(&row[5].to_string()), row[7])).collect()
}

fn plain(number: &str) -> String {
    number.parse::<Decimal>().unwrap().normalize().to_string()
}

fn sum(text: &str) -> String {
    let counted = rows(text).into_iter().filter(|row| matches!(row[7].to_string().as_str(), "item" | "approx"));
    counted.map(|row| row[5].to_string().parse::<Decimal>().unwrap()).sum::<Decimal>().normalize().to_string()
}

#[test]
fn units_mixed_and_left_out() {
    assert_eq!(
        read("《长沙晚报》经费4.2万；《老年人》杂志经费21.6万元；其他杂志经费3万元。"),
        ["《长沙晚报》经费 42000 item", "《老年人》杂志经费 216000 item", "其他杂志经费 30000 item"]
    );
    assert_eq!(read("教学办公设备购置10万；支付北辰实业公司服务管理费120万").len(), 2);
    assert_eq!(sum("１０万元，2,500元，0.3亿元"), "30102500");
}

#[test]
fn numerals_and_compound_amounts() {
    assert_eq!(
        read("补助三万元，奖励两千元，人民币壹万贰仟元整"),
        ["补助 30000 item", "奖励 2000 item", "人民币 12000 item"]
    );
    assert_eq!(read("总投资1亿2000万元"), ["总投资 120000000 item"]);
    assert_eq!(read("补助1万-2万元"), ["补助 20000 range"], "one range, not an amount and a range");
    assert_eq!(read("城乡一元化，三元里，五万个"), Vec::<String>::new());
}

#[test]
fn a_whole_text_is_an_amount_or_none() {
    let money = |text: &str| super::whole(text).map(|value| plain(&value.to_string()));
    assert_eq!(money("12.5万元").as_deref(), Some("125000"));
    assert_eq!(money("人民币壹万贰仟元整").as_deref(), Some("12000"));
    assert_eq!(money(" 20000元 ").as_deref(), Some("20000"));
    for text in ["12.5", "约12万元", "12万元和3万元", "1-2万元", "", "元"] {
        assert_eq!(money(text), None, "{text}");
    }
}

#[test]
fn counts_that_are_no_money() {
    for text in ["口罩13.2万个", "1.8万平米的人才公寓", "8万人份", "2021年元旦", "3元旦", "2020年1月", "本科20人，20/3"]
    {
        assert_eq!(read(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_price_with_its_product() {
    let text =
        "124个站点，每个站点1200元，共计14.88万；奖励2个优秀站点，每个20000元，共计4万元；站点管理员培训：6.2万元。";
    let roles: Vec<String> = rows(text).iter().map(|row| row[7].to_string()).collect();
    assert_eq!(roles, ["factor", "item", "factor", "item", "item"]);
    assert_eq!(sum(text), "250800");
}

#[test]
fn a_price_without_its_product_stays_a_rate() {
    assert_eq!(
        read("史家坡社区分校。每个社区分校拨款6万元；3万元工作经费。"),
        ["每个社区分校拨款 60000 rate", "工作经费 30000 item"]
    );
    assert_eq!(read("每个涉老协会工作经费10万元")[0], "每个涉老协会工作经费 100000 rate");
    assert_eq!(read("为每名对象发放1000-2000元的慰问金。"), ["为每名对象发放 2000 rate"]);
    assert_eq!(read("发放1000-2000元慰问金"), ["发放 2000 range"]);
    assert_eq!(read("单次不超过5万元"), ["单次不超过 50000 range"]);
}

#[test]
fn what_cannot_be_added_blocks_the_sum() {
    assert_eq!(read("本科20人，标准1400/人；专科10人，标准1000/人")[1], "标准 1000 rate");
    assert_eq!(read("培训4,95万元；会议3万元"), ["培训 0 rate", "会议 30000 item"]);
    assert_eq!(read("每年安排经费50万元；运行费5万元/年"), ["每年安排经费 500000 item", "运行费 50000 item"]);
    assert_eq!(sum("补助1.2万元（12000元），奖励20000元，即2万元"), "32000");
}

#[test]
fn labels_say_what_the_amount_is_for() {
    let labels = |text: &str| rows(text).iter().map(|row| row[4].to_string()).collect::<Vec<_>>();
    assert_eq!(
        labels("124个站点，每个站点1200元，共计14.88万；站点培训：6.2万元"),
        ["每个站点", "124个站点", "站点培训"]
    );
    assert_eq!(
        labels("专职人员经费：工资：约800万。招考经费：\n\n100000元。合计：820万元"),
        ["工资", "招考经费", "合计"]
    );
    assert_eq!(labels("9、“两新”岗位补贴：40万元；10、教育经费：320万元"), ["“两新”岗位补贴", "教育经费"]);
    assert_eq!(labels("全年共计：35人*600元/月*12月＝252000元")[1], "全年共计");
}

#[test]
fn subtotals_are_not_counted_twice() {
    let text = "2、专职党务工作者人员工资及招考工作经费：工资：约800万。2020年招考工作经费：\n\n100000元。\
                湖南才智管理服务费：100000元。合计：820万元。3、党建指导员补助：35名区级党建指导员，每月补贴600元，\
                全年共计：35人*600元/月*12月＝252000元。共计25.2万元。4、据实考核农村村级班子及其成员144万元。";
    let roles: Vec<String> = rows(text).iter().map(|row| row[7].to_string()).collect();
    assert_eq!(roles, ["approx", "item", "item", "subtotal", "factor", "factor", "item", "subtotal", "item"]);
    assert_eq!(sum(text), "9892000");
    assert_eq!(sum("甲10万元，乙15万元，合计25万元"), "250000");
    assert_eq!(sum("共安排25万元：甲10万元，乙15万元"), "250000");
}

#[test]
fn a_total_of_its_own_thing_is_an_item() {
    assert_eq!(sum("甲工作10万元。乙活动共计5万元。"), "150000");
    assert_eq!(sum("共计25万元"), "250000");
    assert_eq!(sum("课题设计10万元，会计服务5万元"), "150000");
}

#[test]
fn parts_are_not_counted_twice() {
    assert_eq!(sum("培训费20万元，其中教材5万元、师资15万元；差旅费3万元"), "230000");
    assert_eq!(sum("办公费10万元（含水电费2万元），差旅费3万元"), "130000");
}

#[test]
fn an_ambiguous_total_blocks_the_sum() {
    let roles = |text: &str| rows(text).iter().map(|row| row[7].to_string()).collect::<Vec<_>>();
    assert_eq!(roles("培训费5万元，3人每人2万元共计11万元"), ["item", "rate", "subtotal"]);
    assert_eq!(roles("培训费5万元，3人每人2万元共计6万元"), ["item", "factor", "item"]);
}

#[test]
fn precision_of_what_is_written() {
    let allowances: Vec<String> =
        rows("约800万；14.88万；25万元；近100元").iter().map(|row| plain(&row[8].to_string())).collect();
    assert_eq!(allowances, ["500000", "50", "0", "50"]);
}

#[test]
fn places_are_bytes_of_the_text() {
    let text = "捐资助学10万元；拨付３万元";
    for row in rows(text) {
        let number = |at: usize| row[at].to_string().parse::<usize>().unwrap();
        assert_eq!(text[number(2)..number(2) + number(3)], row[1].to_string());
    }
}

#[test]
fn nothing_panics() {
    for text in [
        "",
        "元",
        "万",
        "1",
        "1元1元",
        "：1元",
        "99999999999999999999999999999亿元",
        "＝",
        "（含1元",
        "每1元共1元计1元",
    ] {
        let _ = rows(text);
    }
    let _ = rows(&"79228162514264337593543950335元，共79228162514264337593543950335元，".repeat(9));
    assert_eq!(rows(&"共1元".repeat(3_000)).len(), 3_000, "in time that grows with the text");
}
