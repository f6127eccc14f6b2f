// The best response to what the future costs, and the moments that it leaves: the arithmetic of shaders/phase.wgsl.ts,
// which says why the moments are these. The closed form's twin is src/model/exact.ts.

import { wgsl } from "wgsl-preprocessor/wgsl-preprocessor.js";

/** For a kernel that has `Cell`, `HUGE`, `PHASES`, `candidates` and `bounds_of_a`. */
export const bestResponseWgsl = (method: "exact" | "moments"): string => wgsl`
/// the future of one phase per θ², as above
struct Moments {
  a: f32,
  d: f32,
  e: f32,
}

/// a phase as an agent sees it: what it costs from there on, with probability weight
struct PhaseView {
  weight: f32,
  /// 2η
  pull: f32,
  after: Moments,
}

/// the best response: what it costs without the part that no decision changes, and what the runner-up costs
struct Response {
  a: f32,
  cost: f32,
  runner_up: f32,
}

/// s = 1 − g
fn loss(a: f32, pull: f32, cell: ptr<function, Cell>) -> f32 {
  return pull * (a * a + (*cell).regularization.x);
}

/// the part of J that depends on a
fn cost_of(a: f32, prospects: ptr<function, array<PhaseView, PHASES>>, cell: ptr<function, Cell>) -> f32 {
  var later = 0.0;
  for (var z = 0u; z < PHASES; z++) {
    let p = (*prospects)[z];
    let s = loss(a, p.pull, cell);
    later += p.weight * (s * s * p.after.a - 2.0 * s * p.after.d);
  }
  return (a - 1.0) * (a - 1.0) + (*cell).discount.x * later;
}

#if ${method === "exact"}
/// The positive root of cubic·x³ + linear·x = 1, cubic ≥ 0, by Newton's method from above.
fn positive_root(cubic: f32, linear: f32) -> f32 {
  if (cubic < 1e-30) { return select(HUGE, 1.0 / linear, linear > 1e-30); }
  let alone = exp2(-log2(cubic) / 3.0);
  var x = alone + sqrt(max(-linear, 0.0) / cubic);
  if (linear > 0.0) { x = min(alone, 1.0 / linear); }
  x = min(x, 1e9);
  for (var i = 0; i < 7; i++) {
    x = (2.0 * cubic * x * x * x + 1.0) / (3.0 * cubic * x * x + linear);
  }
  return x;
}

fn respond(prospects: ptr<function, array<PhaseView, PHASES>>, cell: ptr<function, Cell>) -> Response {
  var cubic = 0.0;
  var linear = 1.0;
  let twice = 2.0 * (*cell).discount.x;
  for (var z = 0u; z < PHASES; z++) {
    let p = (*prospects)[z];
    cubic += p.weight * (twice * p.pull * p.pull * p.after.a);
    linear -= p.weight * (twice * p.pull * (p.after.d - p.pull * (*cell).regularization.x * p.after.a));
  }
  let bounds = bounds_of_a();
  let a = clamp(positive_root(cubic, linear), bounds.x, bounds.y);
  return Response(a, cost_of(a, prospects, cell), HUGE);
}
#else
fn respond(prospects: ptr<function, array<PhaseView, PHASES>>, cell: ptr<function, Cell>) -> Response {
  var best = Response(candidates[0], HUGE, HUGE);
  for (var i = 0u; i < arrayLength(&candidates); i++) {
    let a = candidates[i];
    let cost = cost_of(a, prospects, cell);
    if (cost < best.cost) {
      best = Response(a, cost, best.cost);
    } else {
      best.runner_up = min(best.runner_up, cost);
    }
  }
  return best;
}
#endif

/// a decision that comes before these moments
fn extended(a: f32, pull: f32, after: Moments, cell: ptr<function, Cell>) -> Moments {
  let s = loss(a, pull, cell);
  let g = 1.0 - s;
  let discount = (*cell).discount.x;
  return Moments(
    a * a + discount * (g * g * after.a),
    a * (a - 1.0) + discount * (g * (after.d - s * after.a)),
    (a - 1.0) * (a - 1.0) + discount * (s * s * after.a - 2.0 * s * after.d + after.e),
  );
}
`;
