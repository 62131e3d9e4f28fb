//! Headers in traditional characters, as those of the declarations are written.

use std::borrow::Cow;
use std::sync::LazyLock;

/// Characters of usual headers: as they are written in traditional form, and as the declarations write them.
const VARIANTS: &str = "項项稱称類类別别預预額额數数調调後后復复總总財财資资達达標标區区縣县級级際际決决執执計计積积實实結结餘余轉转說说況况單单號号憑凭\
    證证記记賬账帳账錄录時时間间經经辦办審审領领導导簽签報报銷销發发貸贷應应戶户開开銀银聯联繫系係系電电話话碼码稅税統统納纳識识業业\
    務务員员職职編编備备訂订約约價价購购採采貨货績绩權权檔档評评產产滿满環环會会濟济長长專专補补貼贴內内萬万億亿過过關关現现與与為为\
    個个動动質质險险還还圖图書书設设維维護护網网講讲課课費费傳传團团隊队車车鄉乡鎮镇處处機机構构組组織织協协議议給给繳缴歸归屬属種种\
    簡简體体歷历華华對对異异狀状態态進进節节當当該该規规劃划責责優优佔占準准據据閱阅題题學学農农訊讯撥拨參参無无淨净減减増增舉举擬拟\
    續续終终薦荐頁页";

/// Each traditional character with its simple one, in order.
static SIMPLE: LazyLock<Vec<(char, char)>> = LazyLock::new(|| {
    let mut written = VARIANTS.chars();
    let mut pairs = Vec::with_capacity(VARIANTS.len() / 6);
    while let (Some(traditional), Some(simple)) = (written.next(), written.next()) {
        pairs.push((traditional, simple));
    }
    pairs.sort_by_key(|(traditional, _)| *traditional);
    pairs.dedup_by_key(|(traditional, _)| *traditional);
    pairs
});

/// `header` with traditional characters of headers as the declarations write them; itself when it has none.
pub(in crate::facts) fn simplified(header: &str) -> Cow<'_, str> {
    let one = |c: char| match SIMPLE.binary_search_by_key(&c, |(traditional, _)| *traditional) {
        Ok(at) => SIMPLE[at].1,
        Err(_) => c,
    };
    if !header.is_ascii() && header.chars().any(|c| one(c) != c) {
        header.chars().map(one).collect::<String>().into()
    } else {
        header.into()
    }
}

#[cfg(test)]
mod tests {
    use super::{VARIANTS, simplified};

    #[test]
    fn traditional_headers_are_written_as_the_declarations_are() {
        for (header, simple) in
            [("預算金額", "预算金额"), ("項目名稱", "项目名称"), ("預算（萬元）", "预算（万元）"), ("支出", "支出")]
        {
            assert_eq!(simplified(header), simple);
        }
        assert_eq!(VARIANTS.chars().count() % 2, 0);
    }
}
