// The average total mesa cost of every candidate in C++, and whole inductions: threads over the candidates, vectors
// over the states, which stay in registers or the first-level cache. What all rollouts of an episode share is computed
// once.
//
//     g++ -std=c++17 -O3 -march=native -fopenmp cpp_rollout.cpp

#include <omp.h>

#include <algorithm>

#include "protocol.hpp"

// Each game has: the numbers of its decision and its state; the number of states side by side (several vectors, so that
// one operation need not wait for another); what all rollouts of an episode share; and the step of one state through an
// episode, which returns y − θ_t. States are padded to whole blocks with zeros, whose cost is 0.

/// y = aθ, θ' = gain·θ
template <typename Real>
struct Linear {
  static constexpr int DECISION = 1, STATE = 1, LANES = 512 / sizeof(Real);
  static constexpr bool OWN_DISCOUNT = false;
  Real reach, gain;

  Linear(const double* d, double eta, double lambda)
      : reach(d[0]), gain(1 - 2 * eta * (d[0] * d[0] + lambda)) {}

  Real step(Real (&x)[STATE], const Real (&own)[STATE]) const {
    const Real miss = reach * x[0] - own[0];
    x[0] *= gain;
    return miss;
  }
};

/// y = aθ + (1 − a)b, where the agent expects that training lowers (y − b_t)²: θ' and b' are linear in θ, b and b_t
template <typename Real>
struct Misconception {
  static constexpr int DECISION = 1, STATE = 2, LANES = 256 / sizeof(Real);
  static constexpr bool OWN_DISCOUNT = false;
  Real a, b, keepTheta, keepBelief, cross, pullTheta, pullBelief;

  Misconception(const double* d, double eta, double lambda)
      : a(d[0]), b(1 - d[0]),
        keepTheta(1 - 2 * eta * (d[0] * d[0] + lambda)),
        keepBelief(1 - 2 * eta * (1 - d[0]) * (1 - d[0])),
        cross(-2 * eta * d[0] * (1 - d[0])), pullTheta(2 * eta * d[0]), pullBelief(2 * eta * (1 - d[0])) {}

  Real step(Real (&x)[STATE], const Real (&own)[STATE]) const {
    const Real theta = x[0], belief = x[1];
    x[0] = keepTheta * theta + cross * belief + pullTheta * own[1];
    x[1] = keepBelief * belief + cross * theta + pullBelief * own[1];
    return a * theta + b * belief - own[0];
  }
};

/// y = (c + dγ)θ, where γ is learned too, and is the discount of later episodes
template <typename Real>
struct LearnedDiscount {
  static constexpr int DECISION = 2, STATE = 2, LANES = 512 / sizeof(Real);
  static constexpr bool OWN_DISCOUNT = true;
  Real base, perDiscount, rate, decay;

  LearnedDiscount(const double* d, double eta, double lambda)
      : base(d[0]), perDiscount(d[1]), rate(2 * eta), decay(1 - 2 * eta * lambda) {}

  Real step(Real (&x)[STATE], const Real (&own)[STATE]) const {
    const Real theta = x[0], reach = base + perDiscount * x[1], y = reach * theta, pull = rate * y;
    const Real gamma = x[1] - pull * perDiscount * theta;
    x[0] = decay * theta - pull * reach;
    x[1] = gamma < 0 ? 0 : gamma > 1 ? 1 : gamma;
    return y - own[0];
  }
};

/// A problem in an arithmetic.
template <typename Game, typename Real>
struct Prepared {
  std::vector<Real> states[Game::STATE];
  std::vector<Game> episodes;
  std::vector<Real> weights;
  double count;

  explicit Prepared(const Problem& problem) : count(problem.states.size() / Game::STATE) {
    const auto size = (problem.states.size() / Game::STATE + Game::LANES - 1) / Game::LANES * Game::LANES;
    for (int j = 0; j < Game::STATE; j++) {
      for (size_t i = j; i < problem.states.size(); i += Game::STATE) states[j].push_back(problem.states[i]);
      states[j].resize(size);
    }
    double weight = 1;
    for (size_t k = 0; k < problem.rates.size(); k++, weight *= problem.discount) {
      episodes.emplace_back(&problem.plan[k * Game::DECISION], problem.rates[k], problem.regularization);
      weights.push_back(weight);
    }
  }
};

/// DISCOUNTED: whether the problem's discount is below 1
template <typename Game, typename Real, bool DISCOUNTED>
void rollOut(const Problem& problem, const Prepared<Game, Real>& given, std::vector<double>& costs, int threads) {
  constexpr int LANES = Game::LANES, STATE = Game::STATE;
  const auto size = static_cast<long>(costs.size());
#pragma omp parallel for num_threads(threads) schedule(static)
  for (long i = 0; i < size; i++) {
    const Game first(&problem.candidates[i * Game::DECISION], problem.rates[0], problem.regularization);
    Real sum = 0;
    for (size_t block = 0; block < given.states[0].size(); block += LANES) {
      Real x[STATE][LANES], weight[LANES], total[LANES];
      const Real* own[STATE];
      for (int j = 0; j < STATE; j++) own[j] = &given.states[j][block];
      // one state through one episode
      const auto pass = [&](const Game& game, int s, Real (&state)[STATE], Real (&its)[STATE]) {
        for (int j = 0; j < STATE; j++) its[j] = own[j][s];
        const Real miss = game.step(state, its);
        for (int j = 0; j < STATE; j++) x[j][s] = state[j];
        return miss;
      };
#pragma omp simd
      for (int s = 0; s < LANES; s++) {
        Real state[STATE], its[STATE];
        for (int j = 0; j < STATE; j++) state[j] = own[j][s];
        const Real miss = pass(first, s, state, its);
        total[s] = miss * miss;
        if (Game::OWN_DISCOUNT) weight[s] = its[STATE - 1];
      }
      for (size_t k = 1; k < given.episodes.size(); k++) {
        const Game game = given.episodes[k];
        const Real all = given.weights[k];
#pragma omp simd
        for (int s = 0; s < LANES; s++) {
          Real state[STATE], its[STATE];
          for (int j = 0; j < STATE; j++) state[j] = x[j][s];
          const Real miss = pass(game, s, state, its);
          total[s] += Game::OWN_DISCOUNT ? weight[s] * miss * miss : DISCOUNTED ? all * miss * miss : miss * miss;
          if (Game::OWN_DISCOUNT) weight[s] *= its[STATE - 1];
        }
      }
#pragma omp simd reduction(+ : sum)
      for (int s = 0; s < LANES; s++) sum += total[s];
    }
    costs[i] = sum / static_cast<Real>(given.count);
  }
}

template <typename Game, typename Real>
void costsOf(const Problem& problem, const Prepared<Game, Real>& given, std::vector<double>& costs, int threads) {
  const auto roll = problem.discount == 1 ? rollOut<Game, Real, false> : rollOut<Game, Real, true>;
  roll(problem, given, costs, threads);
}

/// Backward induction: the decision of an episode is the first candidate with the minimum cost, given the later
/// decisions.
template <typename Game, typename Real>
void solve(const Problem& problem, std::vector<double>& plan, std::vector<double>& costs, int threads) {
  constexpr int D = Game::DECISION;
  Problem rest = problem;
  for (size_t t = problem.rates.size(); t-- > 0;) {
    rest.rates.assign(problem.rates.begin() + t, problem.rates.end());
    rest.plan.assign(plan.begin() + t * D, plan.end());
    costsOf(rest, Prepared<Game, Real>(rest), costs, threads);
    const auto best = std::min_element(costs.begin(), costs.end()) - costs.begin();
    std::copy_n(problem.candidates.begin() + best * D, D, plan.begin() + t * D);
  }
}

template <template <typename> class Game, typename Real>
Timing timed(const Problem& problem, const std::string& wanted, int threads, int repeat) {
  using Its = Game<Real>;
  const Prepared<Its, Real> given(problem);
  std::vector<double> costs(problem.candidates.size() / Its::DECISION), plan(problem.plan.size());
  const double start = now();
  for (int i = 0; i < repeat; i++) {
    if (wanted == "plan") solve<Its, Real>(problem, plan, costs, threads);
    else costsOf(problem, given, costs, threads);
  }
  return {(now() - start) / repeat, -1, wanted == "plan" ? plan : costs};
}

template <typename Real>
Timing timed(const Problem& problem, const std::string& wanted, int threads, int repeat) {
  if (problem.game == "misconception") return timed<Misconception, Real>(problem, wanted, threads, repeat);
  if (problem.game == "learned-discount") return timed<LearnedDiscount, Real>(problem, wanted, threads, repeat);
  return timed<Linear, Real>(problem, wanted, threads, repeat);
}

int main() {
  const int threads = omp_get_max_threads();
  std::vector<std::string> on = {"1 thread"};
  if (threads > 1) on.push_back(std::to_string(threads) + " threads");
  std::string variants;
  for (const std::string bits : {"64", "32"})
    for (const auto& many : on)
      variants += (variants.empty() ? "" : ", ") + ("{\"name\": \"float" + bits + ", " + many + "\", \"bits\": " + bits +
                  ", \"games\": [\"linear\", \"misconception\", \"learned-discount\"], \"wanted\": [\"costs\", \"plan\"]}");

  Problem problem;
  serve("{\"name\": \"C++\", \"versions\": {\"g++\": \"" __VERSION__ "\"}, \"device\": \"cpu\", " +
            ("\"variants\": [" + variants) + "]}",
        [&](const Problem& given) { problem = given; },
        [&](const std::string& variant, const std::string& wanted, int repeat) {
          const int used = std::stoi(variant.substr(variant.find(", ") + 2));
          return variant.rfind("float64", 0) == 0 ? timed<double>(problem, wanted, used, repeat)
                                                  : timed<float>(problem, wanted, used, repeat);
        });
}
