//! Words that say how figures belong together.

/// Words that make the amount behind them a total.
pub(super) const TOTAL: [&str; 9] = ["合计", "共计", "总计", "小计", "总共", "一共", "合共", "共需", "共"];
/// Words of a total's clause that say nothing of what it is the total of.
const IDLE: [&str; 30] = [
    "以上",
    "上述",
    "前述",
    "各项",
    "几项",
    "这",
    "费用",
    "经费",
    "资金",
    "支出",
    "金额",
    "项目",
    "投入",
    "安排",
    "使用",
    "专项",
    "补助",
    "预算",
    "开支",
    "总",
    "全部",
    "为",
    "约",
    "是",
    "达到",
    "达",
    "的",
    "需",
    "有",
    "人民币",
];
/// Words that make what is counted more than what is written beside it.
const PER: [&str; 12] = ["每", "各", "均", "单价", "标准", "×", "*", "/", "／", "按", "倍", "不超过"];
/// Words with which something else begins.
const ELSE: [&str; 22] = [
    "比上年",
    "上年",
    "去年",
    "较",
    "同比",
    "增长",
    "增加",
    "减少",
    "下降",
    "结余",
    "结转",
    "剩余",
    "实际",
    "执行",
    "到位",
    "支付",
    "全年",
    "累计",
    "占",
    "共",
    "合计",
    "总",
];
/// Parts that together are the whole: alternatives of a part within `|`, and how many of them must be named.
const FRAMES: [(usize, &[&str]); 32] = [
    (2, &["基本支出", "项目支出"]),
    (2, &["人员经费|人员支出", "公用经费|公用支出"]),
    (2, &["公共专项", "事务性"]),
    (2, &["男", "女"]),
    (2, &["在职|在编", "离休|退休"]),
    (2, &["行政", "事业"]),
    (2, &["线上", "线下"]),
    (2, &["新建", "续建|改建|扩建|改扩建|改造"]),
    (2, &["新增", "延续|结转|续建"]),
    (2, &["一次性", "经常性|延续性"]),
    (2, &["城市|城镇|城区", "农村|乡村"]),
    (2, &["上级", "本级|区级|县级|市级|自筹"]),
    (2, &["中央", "地方"]),
    (2, &["重点|重大", "一般项目|其他"]),
    (2, &["上半年", "下半年"]),
    (2, &["财政", "自筹|单位自有|社会资本"]),
    (2, &["购置", "运行"]),
    (2, &["境内|国内", "境外|国外"]),
    (2, &["公立|公办", "民办|民营"]),
    (2, &["集中采购", "分散采购"]),
    (2, &["直接支付", "授权支付"]),
    (2, &["完工|竣工|建成", "在建|未"]),
    (2, &["一般公共预算", "政府性基金"]),
    (3, &["中央", "省级|省财政", "市级|市财政", "区级|县级|区财政|县财政"]),
    (3, &["优", "良", "中|一般", "差|不合格"]),
    (3, &["优", "良", "合格", "不合格|差"]),
    (3, &["决策|投入", "过程", "产出", "效益", "满意度", "成本", "预算执行"]),
    (3, &["货物", "工程", "服务"]),
    (3, &["公务接待", "公务用车", "因公出国"]),
    (3, &["公开招标", "竞争性", "询价", "单一来源"]),
    (3, &["工资福利", "商品和服务", "对个人和家庭", "资本性"]),
    (4, &["一季度", "二季度", "三季度", "四季度"]),
];
/// Words that turn a part into what is left of it.
const NOT: [&str; 4] = ["未", "不", "非", "没有"];

pub(super) fn has_any(text: &str, words: &[&str]) -> bool {
    words.iter().any(|word| text.contains(word))
}

/// Whether amounts in a stretch of text may count more than once.
pub(super) fn is_priced(text: &str) -> bool {
    has_any(&text.replace("各项", "").replace("各类", "").replace("按类", ""), &PER)
}

/// Whether a clause within a list says something else, as the first one did not.
pub(super) fn breaks_off(clause: &str, first: &str) -> bool {
    let clause = clause.replace("公共", "").replace("总工会", "");
    ELSE.iter().any(|word| clause.contains(word) && !first.contains(word))
}

/// What is left of a total's clause without the words that name nothing, and whether one of them makes it a total.
pub(super) fn without_idle(clause: &str) -> (&str, bool) {
    let mut rest = clause.trim();
    let mut is_total = false;
    loop {
        if let Some(after) = TOTAL.iter().find_map(|word| rest.strip_prefix(word)) {
            is_total = true;
            rest = after;
        } else if let Some(after) = IDLE.iter().find_map(|word| rest.strip_prefix(word)) {
            rest = after;
        } else {
            return (rest, is_total);
        }
        rest = rest.trim_start_matches([' ', '：', ':', '，', ',']);
    }
}

/// `三项` at the start: the number that it says, and its length.
pub(super) fn counted(text: &str) -> Option<(usize, usize)> {
    const NUMERALS: [&str; 11] = ["二", "三", "四", "五", "六", "七", "八", "九", "十", "两", "俩"];
    let (at, numeral) = NUMERALS.iter().enumerate().find(|(_, numeral)| text.starts_with(**numeral))?;
    let unit =
        ["项", "类", "笔", "部分", "块", "方面", "年"].iter().find(|unit| text[numeral.len()..].starts_with(**unit))?;
    Some((if at < 9 { at + 2 } else { 2 }, numeral.len() + unit.len()))
}

/// Whether the labels of parts say that nothing is left out: the last is 其他, or one is what the other is not.
pub(super) fn is_rest(labels: &[String]) -> bool {
    let residual = |label: &String| {
        let label = label.trim_start_matches(['和', '及', '与']);
        ["其他", "其它", "其余", "剩余"].iter().any(|word| label.starts_with(word))
    };
    labels.last().is_some_and(residual) || has_contrary(labels)
}

/// `完成` and `未完成`.
fn has_contrary(labels: &[String]) -> bool {
    let [a, b] = labels else { return false };
    let contrary = |not: &str, other: &str| {
        NOT.iter().any(|word| {
            not.split_once(word).is_some_and(|(_, rest)| {
                let stem: String = rest.chars().take(2).collect();
                stem.chars().count() == 2 && other.contains(&stem) && !other.contains(&format!("{word}{stem}"))
            })
        })
    };
    contrary(a, b) || contrary(b, a)
}

/// Whether each is another part of one frame, and enough are named.
pub(super) fn has_frame(labels: &[String]) -> bool {
    FRAMES.iter().any(|(least, frame)| {
        let part_of = |label: &String| {
            let mut found = (0..frame.len()).filter(|at| frame[*at].split('|').any(|word| label.contains(word)));
            let only = found.next()?;
            found.next().is_none().then_some(only)
        };
        let Some(mut parts) = labels.iter().map(part_of).collect::<Option<Vec<usize>>>() else { return false };
        let named = parts.len();
        parts.sort_unstable();
        parts.dedup();
        parts.len() == named && named >= *least
    })
}

/// Whether all are names of places of one rank, each another: none of these is part of another.
pub(super) fn are_places(labels: &[String]) -> bool {
    const RANKS: [char; 8] = ['省', '市', '县', '区', '乡', '镇', '村', '旗'];
    let rank = |label: &String| {
        let name = label.trim_end_matches(['有', '为']);
        name.chars().last().filter(|last| RANKS.contains(last) && (2..=8).contains(&name.chars().count()))
    };
    let is_another = |at: usize| !labels[..at].contains(&labels[at]);
    let first = labels.first().and_then(rank);
    first.is_some() && labels.iter().all(|label| rank(label) == first) && (0..labels.len()).all(is_another)
}

/// `旅游发展类项目`: one of the kinds into which all fall.
pub(super) fn is_kind(label: &str) -> bool {
    label.char_indices().filter(|(_, c)| *c == '类').any(|(at, _)| {
        let rest = &label[at + '类'.len_utf8()..];
        at > 0 && ["", "项目", "经费", "支出", "资金", "专项", "预算", "指标", "预算资金", "项目资金"].contains(&rest)
    })
}
