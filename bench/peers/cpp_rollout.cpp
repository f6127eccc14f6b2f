// The average total mesa cost of every candidate in C++, and whole inductions: threads over the candidates, vectors
// over the states, which stay in registers or the first-level cache. What all rollouts of an episode share is computed
// once.
//
//     g++ -std=c++17 -O3 -march=native -fopenmp cpp_rollout.cpp

#include <omp.h>
#ifdef __SSE__
#include <xmmintrin.h>
#endif

#include <algorithm>
#include <type_traits>

#include "games.hpp"
#include "protocol.hpp"

/// The number of states side by side: several vectors, so that one operation need not wait for another, unless an
/// episode has many numbers, which need registers too.
template <typename Game, typename Real>
constexpr int LANES_OF = (std::is_same_v<Game, Misconception<Real>> ? 256 : 512) / sizeof(Real);

/// A problem in an arithmetic. States are padded to whole blocks with zeros, whose cost is 0.
template <typename Game, typename Real>
struct Prepared {
  std::vector<Real> states[Game::STATE];
  std::vector<Game> episodes;
  std::vector<Real> weights;
  double count;

  explicit Prepared(const Problem& problem) : count(problem.states.size() / Game::STATE) {
    constexpr int LANES = LANES_OF<Game, Real>;
    const auto size = (problem.states.size() / Game::STATE + LANES - 1) / LANES * LANES;
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
  constexpr int LANES = LANES_OF<Game, Real>, STATE = Game::STATE;
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
#ifdef __SSE__
  // subnormal numbers, such as γ⁴⁰, count as zero: operations on them are slow (all threads inherit this)
  _mm_setcsr(_mm_getcsr() | 0x8040);
#endif
  const int threads = omp_get_max_threads();
  std::vector<std::string> on = {"1 thread"};
  if (threads > 1) on.push_back(std::to_string(threads) + " threads");
  std::string variants;
  for (const int bits : {64, 32})
    for (const auto& many : on)
      variants += (variants.empty() ? "" : ", ") + variantOf("float" + std::to_string(bits) + ", " + many, bits);

  Problem problem;
  serve("{\"versions\": {\"g++\": \"" __VERSION__ "\"}, \"device\": \"cpu\", " +
            ("\"variants\": [" + variants) + "]}",
        [&](const Problem& given) { problem = given; },
        [&](const std::string& variant, const std::string& wanted, int repeat) {
          const int used = std::stoi(variant.substr(variant.find(", ") + 2));
          return variant.rfind("float64", 0) == 0 ? timed<double>(problem, wanted, used, repeat)
                                                  : timed<float>(problem, wanted, used, repeat);
        });
}
