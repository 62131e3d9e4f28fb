//! Units of money.

use super::Decimal;

/// A unit in which amounts are written. Amounts convert exactly between units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Unit {
    /// 元
    #[default]
    Yuan,
    /// 百元 = 100 元
    BaiYuan,
    /// 千元 = 1 000 元
    QianYuan,
    /// 万元 = 10 000 元
    WanYuan,
    /// 十万元 = 100 000 元
    ShiWanYuan,
    /// 百万元 = 1 000 000 元
    BaiWanYuan,
    /// 千万元 = 10 000 000 元
    QianWanYuan,
    /// 亿元 = 100 000 000 元
    YiYuan,
}

impl Unit {
    /// Every unit, longest names first, so that the first that matches a text's start is the one meant.
    pub const ALL: [Self; 8] = [
        Self::QianWanYuan,
        Self::BaiWanYuan,
        Self::ShiWanYuan,
        Self::BaiYuan,
        Self::QianYuan,
        Self::WanYuan,
        Self::YiYuan,
        Self::Yuan,
    ];

    /// The names of all of them, the smallest first, with `separator` between.
    #[must_use]
    pub fn list(separator: &str) -> String {
        let mut all = Self::ALL;
        all.sort_by_key(|unit| unit.power());
        all.map(Self::name).join(separator)
    }

    /// How it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Yuan => "元",
            Self::BaiYuan => "百元",
            Self::QianYuan => "千元",
            Self::WanYuan => "万元",
            Self::ShiWanYuan => "十万元",
            Self::BaiWanYuan => "百万元",
            Self::QianWanYuan => "千万元",
            Self::YiYuan => "亿元",
        }
    }

    /// The unit of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|unit| unit.name() == name)
    }

    /// How many decimal places its name moves the point: 万元 is 4.
    #[must_use]
    pub const fn power(self) -> u32 {
        match self {
            Self::Yuan => 0,
            Self::BaiYuan => 2,
            Self::QianYuan => 3,
            Self::WanYuan => 4,
            Self::ShiWanYuan => 5,
            Self::BaiWanYuan => 6,
            Self::QianWanYuan => 7,
            Self::YiYuan => 8,
        }
    }

    /// `amount` of this unit in 元, exactly; `None` when it does not fit 28 digits.
    #[must_use]
    pub fn to_yuan(self, amount: Decimal) -> Option<Decimal> {
        shift(amount, i64::from(self.power()))
    }

    /// `yuan` in this unit, exactly; `None` when it does not fit 28 digits.
    #[must_use]
    pub fn from_yuan(self, yuan: Decimal) -> Option<Decimal> {
        shift(yuan, -i64::from(self.power()))
    }
}

/// `amount × 10^power`, exactly, keeping digits as written: 25.08 by 4 is 250800, 250800 by −4 is 25.0800.
fn shift(amount: Decimal, power: i64) -> Option<Decimal> {
    let scale = i64::from(amount.scale()) - power;
    if (0..=28).contains(&scale) {
        let mut moved = amount;
        moved.set_scale(u32::try_from(scale).ok()?).ok()?;
        return Some(moved);
    }
    if scale < 0 {
        let factor = 10_i128.checked_pow(u32::try_from(-scale).ok()?)?;
        return Decimal::try_from_i128_with_scale(amount.mantissa().checked_mul(factor)?, 0).ok();
    }
    let short = amount.normalize();
    (short.scale() < amount.scale()).then(|| shift(short, power)).flatten()
}
