// The games of the peers in C++ and CUDA. Each has: the numbers of its decision and its state; whether the last number
// of its state is the discount of later episodes; what all rollouts of an episode share, computed once from its
// decision; and the step of one state through an episode, which returns y − θ_t.
#pragma once

#include <string>

#ifdef __CUDACC__
#define ON_BOTH __host__ __device__
#else
#define ON_BOTH
#endif

/// x within [0, 1]
template <typename Real>
ON_BOTH inline Real clip(Real x) {
#ifdef __CUDA_ARCH__
  return __saturatef(x);
#else
  return x < 0 ? 0 : x > 1 ? 1 : x;
#endif
}

/// y = aθ, θ' = gain·θ
template <typename Real>
struct Linear {
  static constexpr int DECISION = 1, STATE = 1;
  static constexpr bool OWN_DISCOUNT = false;
  Real reach, gain;

  template <typename Number>
  ON_BOTH Linear(const Number* d, Number eta, Number lambda)
      : reach(d[0]), gain(1 - 2 * eta * (d[0] * d[0] + lambda)) {}

  ON_BOTH Real step(Real (&x)[STATE], const Real (&own)[STATE]) const {
    const Real miss = reach * x[0] - own[0];
    x[0] *= gain;
    return miss;
  }
};

/// y = aθ + (1 − a)b, where the agent expects that training lowers (y − b_t)²: θ' and b' are linear in θ, b and b_t
template <typename Real>
struct Misconception {
  static constexpr int DECISION = 1, STATE = 2;
  static constexpr bool OWN_DISCOUNT = false;
  Real a, b, keepTheta, keepBelief, cross, pullTheta, pullBelief;

  template <typename Number>
  ON_BOTH Misconception(const Number* d, Number eta, Number lambda)
      : a(d[0]), b(1 - d[0]),
        keepTheta(1 - 2 * eta * (d[0] * d[0] + lambda)),
        keepBelief(1 - 2 * eta * (1 - d[0]) * (1 - d[0])),
        cross(-2 * eta * d[0] * (1 - d[0])), pullTheta(2 * eta * d[0]), pullBelief(2 * eta * (1 - d[0])) {}

  ON_BOTH Real step(Real (&x)[STATE], const Real (&own)[STATE]) const {
    const Real theta = x[0], belief = x[1];
    x[0] = keepTheta * theta + cross * belief + pullTheta * own[1];
    x[1] = keepBelief * belief + cross * theta + pullBelief * own[1];
    return a * theta + (b * belief - own[0]);
  }
};

/// y = (c + dγ)θ, where γ is learned too, and is the discount of later episodes
template <typename Real>
struct LearnedDiscount {
  static constexpr int DECISION = 2, STATE = 2;
  static constexpr bool OWN_DISCOUNT = true;
  Real base, perDiscount, rate, decay;

  template <typename Number>
  ON_BOTH LearnedDiscount(const Number* d, Number eta, Number lambda)
      : base(d[0]), perDiscount(d[1]), rate(2 * eta), decay(1 - 2 * eta * lambda) {}

  ON_BOTH Real step(Real (&x)[STATE], const Real (&own)[STATE]) const {
    const Real theta = x[0], reach = base + perDiscount * x[1], y = reach * theta, pull = rate * y;
    x[0] = decay * theta - pull * reach;
    x[1] = clip(x[1] - pull * perDiscount * theta);
    return y - own[0];
  }
};

/// A variant of a peer that has all of these games, as JSON.
inline std::string variantOf(const std::string& name, int bits) {
  return "{\"name\": \"" + name + "\", \"bits\": " + std::to_string(bits) +
         ", \"games\": [\"linear\", \"misconception\", \"learned-discount\"], \"wanted\": [\"costs\", \"plan\"]}";
}
