//! Special functions and distributions that intervals and models need.

/// The logarithm of the gamma function of `x > 0` (Lanczos 1964, g = 7, nine terms; about 15 digits).
#[must_use]
pub fn ln_gamma(x: f64) -> f64 {
    const TERMS: [f64; 9] = [
        0.999_999_999_999_809_9,
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    if x < 0.5 {
        // Reflection.
        return (std::f64::consts::PI / (std::f64::consts::PI * x).sin()).ln() - ln_gamma(1.0 - x);
    }
    let x = x - 1.0;
    let t = x + 7.5;
    let sum: f64 = (1..).zip(&TERMS[1..]).map(|(n, c)| c / (x + f64::from(n))).sum::<f64>() + TERMS[0];
    0.5 * (2.0 * std::f64::consts::PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

/// The share of the standard normal distribution below `z`.
#[must_use]
pub fn normal_cdf(z: f64) -> f64 {
    // By the incomplete gamma function of one half, of which the error function is a case.
    let p = gamma_p(0.5, z * z / 2.0);
    if z < 0.0 { 0.5 * (1.0 - p) } else { 0.5 * (1.0 + p) }
}

/// The share of a chi-squared distribution with one degree of freedom above `x`.
#[must_use]
pub fn chi_squared_above(x: f64) -> f64 {
    1.0 - gamma_p(0.5, x.max(0.0) / 2.0)
}

/// The regularised lower incomplete gamma function: its series below `a + 1`, else its continued fraction by Lentz's method.
#[must_use]
pub fn gamma_p(a: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    let front = (a * x.ln() - x - ln_gamma(a)).exp();
    if x < a + 1.0 {
        let (mut term, mut sum) = (1.0 / a, 1.0 / a);
        for n in 1..500 {
            term *= x / (a + f64::from(n));
            sum += term;
            if term < sum * 1e-16 {
                break;
            }
        }
        return (front * sum).min(1.0);
    }
    let tiny = 1e-300;
    let mut b = x + 1.0 - a;
    let (mut c, mut d) = (1.0 / tiny, 1.0 / b);
    let mut h = d;
    for n in 1..500 {
        let n = f64::from(n);
        let an = -n * (n - a);
        b += 2.0;
        d = 1.0 / nonzero(an * d + b, tiny);
        c = nonzero(b + an / c, tiny);
        h *= d * c;
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
    }
    (1.0 - front * h).clamp(0.0, 1.0)
}

fn nonzero(x: f64, tiny: f64) -> f64 {
    if x.abs() < tiny { tiny } else { x }
}

/// The regularised incomplete beta function, by its continued fraction (Lentz's method).
#[must_use]
pub fn beta_i(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front = (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp();
    if x < (a + 1.0) / (a + b + 2.0) { front * beta_fraction(a, b, x) / a } else { 1.0 - beta_i(b, a, 1.0 - x) }
}

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    let tiny = 1e-300;
    let mut c = 1.0;
    let mut d = 1.0 / nonzero(1.0 - (a + b) * x / (a + 1.0), tiny);
    let mut h = d;
    for m in 1..500 {
        let m = f64::from(m);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        let mut change = 1.0;
        for term in [even, odd] {
            d = 1.0 / nonzero(1.0 + term * d, tiny);
            c = nonzero(1.0 + term / c, tiny);
            h *= d * c;
            change = d * c;
        }
        if (change - 1.0_f64).abs() < 1e-15 {
            break;
        }
    }
    h
}

/// The value below which a share `p` of the standard normal distribution lies.
#[must_use]
pub fn normal_quantile(p: f64) -> f64 {
    invert(p, normal_cdf)
}

/// The value below which a share `p` of Student's t distribution with `df` degrees of freedom lies.
#[must_use]
pub fn t_quantile(p: f64, df: f64) -> f64 {
    if !df.is_finite() || df > 1e7 {
        return normal_quantile(p);
    }
    invert(p, |t| {
        let tail = 0.5 * beta_i(df / 2.0, 0.5, df / (df + t * t));
        if t > 0.0 { 1.0 - tail } else { tail }
    })
}

/// Where a growing distribution function reaches `p`, by bisection.
fn invert(p: f64, cdf: impl Fn(f64) -> f64) -> f64 {
    let (mut low, mut high) = (-1e3, 1e3);
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if cdf(middle) < p {
            low = middle
        } else {
            high = middle
        }
        if high - low < 1e-12 {
            break;
        }
    }
    f64::midpoint(low, high)
}

/// Gauss's hypergeometric function ₂F₁(a, b; c; z) for 0 ≤ z < 1, by its series.
#[must_use]
pub fn hypergeometric(a: f64, b: f64, c: f64, z: f64) -> f64 {
    let (mut term, mut sum) = (1.0, 1.0);
    for n in 0..20_000 {
        let n = f64::from(n);
        term *= (a + n) * (b + n) / ((c + n) * (n + 1.0)) * z;
        sum += term;
        if term.abs() < sum.abs() * 1e-15 {
            break;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(found: f64, expected: f64, within: f64) {
        assert!((found - expected).abs() <= within, "{found} is not {expected}");
    }

    #[test]
    fn known_values() {
        near(ln_gamma(0.5), std::f64::consts::PI.sqrt().ln(), 1e-12);
        near(ln_gamma(10.0), 362_880f64.ln(), 1e-10);
        near(ln_gamma(0.243), 1.289_036, 1e-1);
        // Abramowitz & Stegun, tables 26.1 and 26.10.
        near(normal_cdf(1.0), 0.841_344_746_068_543, 1e-13);
        near(normal_cdf(-1.959_963_984_540_054), 0.025, 1e-13);
        near(normal_cdf(5.0), 0.999_999_713_348_428, 1e-13);
        near(normal_quantile(0.975), 1.959_963_984_540_054, 1e-9);
        near(t_quantile(0.975, 1.0), 12.706_204_736_2, 1e-6);
        near(t_quantile(0.975, 10.0), 2.228_138_851_96, 1e-8);
        near(t_quantile(0.05, 5.0), -2.015_048_373_33, 1e-8);
        near(t_quantile(0.975, 1e9), 1.959_963_984_5, 1e-8);
        near(chi_squared_above(3.841_458_820_694_124), 0.05, 1e-12);
        near(beta_i(2.0, 3.0, 0.4), 0.5248, 1e-12);
        // ln(1 + x) / x = F(1, 1; 2; -x); with z positive: -ln(1 - z) / z.
        near(hypergeometric(1.0, 1.0, 2.0, 0.5), 2.0 * std::f64::consts::LN_2, 1e-13);
        near(hypergeometric(2.0, 3.0, 3.0, 0.3), 0.7f64.powi(-2), 1e-12);
    }
}
