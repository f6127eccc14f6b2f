// The search for a stationary equilibrium in a kernel: twin of src/solve/equilibrium.ts, but it only says what it is
// sure of. Where an iteration does not settle, or two of them come to different ends, there is trouble, and float64
// has to say what it is.

/** iterations from one guess, at most */
const MOST_ITERATIONS = 3000;

/** `find_equilibrium(pull, cell)`, for a kernel that has `Moments`, `respond` and `extended`. */
export const equilibriumWgsl = /* wgsl */ `
/// what goes on for ever; trouble is 0 where every guess leads there
struct Equilibrium {
  a: f32,
  moments: Moments,
  trouble: f32,
}

/// The fixed point of a decision's moments. Nothing in it cancels: 1 − γg = (1 − γ) + γs, 1 − γg² = (1 − γ) + γs(2 − s).
fn for_ever(a: f32, pull: f32, cell: ptr<function, Cell>) -> Moments {
  let s = loss(a, pull, cell);
  let discount = (*cell).discount;
  let own = a * a / (discount.y + discount.x * (s * (2.0 - s)));
  let d = (a * (a - 1.0) - discount.x * (1.0 - s) * s * own) / (discount.y + discount.x * s);
  let e = ((a - 1.0) * (a - 1.0) + discount.x * (s * s * own - 2.0 * s * d)) / discount.y;
  return Moments(own, d, e);
}

/// whether those moments are finite
fn lasts(a: f32, pull: f32, cell: ptr<function, Cell>) -> bool {
  let s = loss(a, pull, cell);
  return (*cell).discount.y + (*cell).discount.x * (s * (2.0 - s)) > 0.0;
}

fn best_before(after: Moments, pull: f32, cell: ptr<function, Cell>) -> f32 {
  var prospects: array<Prospect, PHASES>;
  prospects[0] = Prospect(1.0, pull, after);
  return respond(&prospects, cell).a;
}

fn find_equilibrium(pull: f32, cell: ptr<function, Cell>) -> Equilibrium {
  let count = arrayLength(&candidates);
  var found = Equilibrium(HUGE, Moments(0.0, 0.0, 0.0), 1.0);
  for (var guess = 0u; guess < 4u; guess++) {
    var moments = Moments(0.0, 0.0, 0.0);
    if (guess > 0u) {
      let a = candidates[array<u32, 4>(0u, 0u, count / 2u, count - 1u)[guess]];
      if (!lasts(a, pull, cell)) { continue; }
      moments = for_ever(a, pull, cell);
    }
    var before = HUGE;
    var settled = false;
    for (var i = 0; i < ${MOST_ITERATIONS}; i++) {
      let a = best_before(moments, pull, cell);
      if (abs(a - before) <= 1e-5 && lasts(a, pull, cell)) {
        let end = for_ever(a, pull, cell);
        if (abs(best_before(end, pull, cell) - a) <= 1e-6) {
          settled = found.a == HUGE || abs(found.a - a) <= 1e-4;
          if (found.a == HUGE) { found = Equilibrium(a, end, 0.0); }
          break;
        }
      }
      before = a;
      moments = extended(a, pull, moments, cell);
      if (!finite(moments.a)) { break; }
    }
    if (!settled) {
      found.trouble = 1.0;
      return found;
    }
  }
  return found;
}
`;
