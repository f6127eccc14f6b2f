// The average total mesa cost of every candidate of the game linear in C++: threads along the candidates, vectors along
// the states, which stay in registers for the whole rollout.
//
//     g++ -std=c++17 -O3 -march=native -fopenmp cpp_rollout.cpp

#include <omp.h>

#include <algorithm>

#include "protocol.hpp"

/// states that run side by side: several vectors of them, so that one operation need not wait for another
template <typename Real>
constexpr int LANES = 512 / sizeof(Real);

/// What an episode has in common for all states and candidates.
template <typename Real>
struct Episode {
  Real reach, gain, weight;
};

/// A problem in an arithmetic. The states are padded to whole blocks with zeros, which cost nothing.
template <typename Real>
struct Prepared {
  std::vector<Real> candidates, states;
  std::vector<Episode<Real>> episodes;
  Real count;
  double rate, regularization;

  explicit Prepared(const Problem& problem)
      : candidates(problem.candidates.begin(), problem.candidates.end()),
        states(problem.states.begin(), problem.states.end()),
        count(static_cast<Real>(problem.states.size())),
        rate(problem.rates[0]),
        regularization(problem.regularization) {
    const auto lanes = static_cast<size_t>(LANES<Real>);
    states.resize((states.size() + lanes - 1) / lanes * lanes);
    double weight = 1;
    for (size_t k = 0; k < problem.rates.size(); k++, weight *= problem.discount)
      episodes.push_back({static_cast<Real>(problem.plan[k]),
                          static_cast<Real>(gain(problem.plan[k], problem.rates[k])), static_cast<Real>(weight)});
  }

  double gain(double a, double eta) const { return 1 - 2 * eta * (a * a + regularization); }
};

template <typename Real, bool DISCOUNTED>
void rollOut(const Prepared<Real>& given, std::vector<double>& costs, int threads) {
  const auto& [candidates, states, episodes, count, rate, regularization] = given;
  const auto size = static_cast<long>(candidates.size());
#pragma omp parallel for num_threads(threads) schedule(static)
  for (long i = 0; i < size; i++) {
    const Real a = candidates[i];
    const Real first = static_cast<Real>(given.gain(a, rate));
    Real sum = 0;
    for (size_t block = 0; block < states.size(); block += LANES<Real>) {
      Real theta[LANES<Real>], total[LANES<Real>];
      const Real* goal = &states[block];
#pragma omp simd
      for (int s = 0; s < LANES<Real>; s++) {
        const Real miss = a * goal[s] - goal[s];
        total[s] = miss * miss;
        theta[s] = first * goal[s];
      }
      for (size_t k = 1; k < episodes.size(); k++) {
        const auto [reach, gain, weight] = episodes[k];
#pragma omp simd
        for (int s = 0; s < LANES<Real>; s++) {
          const Real miss = reach * theta[s] - goal[s];
          total[s] += DISCOUNTED ? weight * miss * miss : miss * miss;
          theta[s] *= gain;
        }
      }
#pragma omp simd reduction(+ : sum)
      for (int s = 0; s < LANES<Real>; s++) sum += total[s];
    }
    costs[i] = sum / count;
  }
}

template <typename Real>
Timing timed(const Problem& problem, int threads, int repeat) {
  const Prepared<Real> given(problem);
  const auto roll = problem.discount == 1 ? rollOut<Real, false> : rollOut<Real, true>;
  Timing timing{0, -1, std::vector<double>(problem.candidates.size())};
  const double start = now();
  for (int i = 0; i < repeat; i++) roll(given, timing.costs, threads);
  timing.seconds = (now() - start) / repeat;
  return timing;
}

int main() {
  const int threads = omp_get_max_threads();
  std::vector<std::string> on = {"1 thread"};
  if (threads > 1) on.push_back(std::to_string(threads) + " threads");
  std::string variants;
  for (const std::string bits : {"64", "32"})
    for (const auto& many : on)
      variants += (variants.empty() ? "" : ", ") + ("{\"name\": \"float" + bits + ", " + many + "\", \"bits\": " + bits + "}");

  Problem problem;
  serve("{\"name\": \"C++\", \"versions\": {\"g++\": \"" __VERSION__ "\"}, \"device\": \"cpu\", \"variants\": [" +
            variants + "]}",
        [&](const Problem& given) { problem = given; },
        [&](const std::string& variant, int repeat) {
          const int used = std::stoi(variant.substr(variant.find(", ") + 2));
          return variant.rfind("float64", 0) == 0 ? timed<double>(problem, used, repeat)
                                                  : timed<float>(problem, used, repeat);
        });
}
